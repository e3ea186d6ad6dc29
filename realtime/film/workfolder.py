"""The hidden folder beside the output that holds the segments of an unfinished film.

    .out.mp4.pleinair/<key>/job.json     what is painted, for people
                            000012.nut   a whole segment

The key is a hash of everything that the pictures depend on. Another style, another engine, another
version of the original: another key, so segments of two paintings are never mixed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realtime.folders import write_whole
from realtime.lock import OutputLock, hidden_folder
from realtime.painter import job_key
from realtime.sinks import outputs


class WorkFolder:
    """The segments of one film painted in one way."""

    key: str
    """Names the job."""
    lock: OutputLock
    """Held by the process that paints into the folder."""

    def __init__(self, out: Path, job: Mapping[str, Any]) -> None:
        """Name the folder; nothing is written yet.

        Args:
            out: The final file.
            job: Everything that the pictures depend on; plain values for JSON.
        """
        self._job = dict(job)
        self.key = job_key(self._job)
        self.lock = OutputLock(out)
        self._root = hidden_folder(out)
        self.path = self._root / self.key

    def make(self) -> None:
        """Make the folder.

        Raises:
            SinkError: the disk does not take it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise outputs.write_error(exc, self.path, "at the start") from exc
        if not (self.path / "job.json").exists():
            write_whole(self.path / "job.json", json.dumps(self._job, indent=2).encode())

    def segment(self, number: int) -> Path:
        """Return the path of a complete segment."""
        return self.path / f"{number:06}.nut"

    def unfinished(self, number: int) -> Path:
        """Return the temporary path of a segment, which only this process uses."""
        return self.path / f"{number:06}.{os.getpid()}.partial.nut"

    def publish(self, number: int) -> None:
        """Rename a complete segment to its final name; after this it survives a crash."""
        partial = self.unfinished(number)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, self.segment(number))

    def has(self, number: int) -> bool:
        """Whether a segment is complete."""
        return self.segment(number).is_file()

    def sweep(self) -> None:
        """Remove segments that a killed run did not finish."""
        for path in self.path.glob("*.partial.nut"):
            path.unlink(missing_ok=True)

    def others(self) -> list[dict[str, Any]]:
        """Return the unfinished jobs of this output with other settings."""
        found = []
        for path in sorted(self._root.glob("*/job.json")):
            if path.parent != self.path:
                try:
                    found.append(json.loads(path.read_text()))
                except (OSError, ValueError):
                    continue  # a damaged note costs the note
        return found

    def remove(self) -> None:
        """Remove all segments of this output: the film is done."""
        shutil.rmtree(self._root, ignore_errors=True)
