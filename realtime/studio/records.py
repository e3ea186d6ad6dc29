"""What the studio remembers over the end of the program: a folder per thing, a record in each."""

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
    """One thing that is remembered; its fields are what is written down."""

    name: str
    """Of its folder."""
    title: str
    """What the user's file was called, for people: no path is ever made of it."""

    file_name: ClassVar[str]
    since_field: ClassVar[str]
    """The field that holds when it was taken in, in seconds since 1970."""

    def after_the_end(self) -> None:
        """Become what it is when the program ended while something was done with it."""


R = TypeVar("R", bound=Record)


class RecordStore(Generic[R]):
    """The records of one kind.

    Args:
        folder: Each has a folder of its own below it; made with the first.
    """

    kind: type[R]
    folder_name: ClassVar[re.Pattern[str]] = re.compile(".+")
    """What folders of records are called; others are not looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records: dict[str, R] = {record.name: record for record in self._read()}

    def __iter__(self) -> Iterator[R]:
        """Yield all, the newest first."""
        since = self.kind.since_field
        return iter(sorted(self._records.values(), key=lambda one: -getattr(one, since)))

    def get(self, name: str) -> R | None:
        """Find a record by its name; whatever else is given finds nothing."""
        return self._records.get(name)

    def path(self, record: R, name: str = "") -> Path:
        """Return a record's folder, or a file in it."""
        return self.folder / record.name / name

    def add(self, record: R) -> None:
        """Take in a record whose file is there, or one that begins anew."""
        setattr(record, self.kind.since_field, time.time())
        self._records[record.name] = record
        self.save(record)

    def save(self, record: R) -> None:
        """Write a record down.

        Raises:
            BadInputError: the disk does not take it.
        """
        text = json.dumps(asdict(record), indent=2)
        write_whole(self.path(record, self.kind.file_name), text.encode())

    def remove(self, record: R) -> None:
        """Forget a record with all its files."""
        self._records.pop(record.name, None)
        self.discard(record.name)

    def discard(self, name: str) -> None:
        """Take away the folder of a record that did not come to be."""
        with suppress(OSError):
            shutil.rmtree(self.folder / name)

    def _clear(self, folder: Path) -> None:
        """Do what is to be done with a folder whose record cannot be read."""

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
            record.after_the_end()
            yield record
