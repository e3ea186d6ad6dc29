"""Persistent records of the studio: a folder per record, with a JSON file in each."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from realtime.folders import write_whole


@dataclass
class Record:
    """One record; its fields are what is stored."""

    name: str
    """Of its folder."""
    title: str
    """Name of the user's file, for display: no path is ever made of it."""

    file_name: ClassVar[str]
    since_field: ClassVar[str]
    """The field with the time of creation, in seconds since 1970."""

    def recover(self) -> None:
        """Correct the state of a record whose work the end of the program interrupted."""


R = TypeVar("R", bound=Record)


class RecordStore(Generic[R]):
    """Store of the records of one kind.

    Args:
        folder: Each has a folder of its own below it; made with the first.
    """

    kind: type[R]
    folder_name: ClassVar[re.Pattern[str]] = re.compile(".+")
    """Names of the folders of records; others are ignored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records: dict[str, R] = {record.name: record for record in self._read()}

    def __iter__(self) -> Iterator[R]:
        """Yield all, the newest first."""
        since = self.kind.since_field
        return iter(sorted(self._records.values(), key=lambda one: -getattr(one, since)))

    def get(self, name: str) -> R | None:
        """Find a record by its name; None: there is none."""
        return self._records.get(name)

    def path(self, record: R, name: str = "") -> Path:
        """Return a record's folder, or a file in it."""
        return self.folder / record.name / name

    def add(self, record: R) -> None:
        """Add a record, or restart one, with the present time; saves it."""
        setattr(record, self.kind.since_field, time.time())
        self._records[record.name] = record
        self.save(record)

    def save(self, record: R) -> None:
        """Write a record to disk.

        Raises:
            BadInputError: it cannot be written.
        """
        text = json.dumps(asdict(record), indent=2)
        write_whole(self.path(record, self.kind.file_name), text.encode())

    def remove(self, record: R) -> None:
        """Delete a record and all its files."""
        self._records.pop(record.name, None)
        self.discard(record.name)

    def discard(self, name: str) -> None:
        """Delete a folder for which no record was added."""
        with suppress(OSError):
            shutil.rmtree(self.folder / name)

    def _clear(self, folder: Path) -> None:
        """Clean up a folder whose record cannot be read; by default nothing is done."""

    def _read(self) -> Iterator[R]:
        known = {one.name for one in fields(self.kind)}
        for folder in sorted(self.folder.glob("*")) if self.folder.is_dir() else ():
            if not self.folder_name.fullmatch(folder.name):
                continue
            try:
                values: dict[str, Any] = json.loads((folder / self.kind.file_name).read_text())
                record = self.kind(**{key: values[key] for key in known & values.keys()})
            except (OSError, ValueError, TypeError, AttributeError):
                self._clear(folder)
                continue
            record.name = folder.name
            record.recover()
            yield record
