"""Painting jobs of the studio, one per dropped file; kept on disk across restarts."""

from __future__ import annotations

import re
import secrets
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from realtime.studio.records import Record, RecordStore

State = Literal["waiting", "painting", "paused", "done", "failed", "cancelled"]
BEGUN = ("waiting", "painting")
LONGEST_TITLE = 80


@dataclass
class Job(Record):
    """One file to paint; the folder has the job's name."""

    file_name = "job.json"
    since_field = "asked"

    look: dict[str, Any]
    """How it is painted, see `looks.py`."""
    kind: str = ""
    """`picture` or `film`, as far as it is known: the worker looks again."""
    state: State = "waiting"
    asked: float = 0.0
    """When its painting was asked for, in seconds since 1970: first come, first served."""
    error: str = ""
    """Why it failed, in a sentence for the user."""
    notes: list[str] = field(default_factory=list)
    """What a user should know about this file."""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    """Length of a film."""
    frames: int | None = None
    """How many are to be painted, where that is known."""
    done: int = 0
    """How many are painted."""
    fps: float = 0.0
    result: str = ""
    """File name of the painting in the job's folder; empty: there is none yet."""

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the present rate; None: not known."""
        if self.state != "painting" or not self.frames or self.fps <= 0:
            return None
        return max(0, self.frames - self.done) / self.fps

    def recover(self) -> None:
        """Queue a job that was interrupted again: it resumes where it was."""
        if self.state == "painting":
            self.state = "waiting"


class JobStore(RecordStore[Job]):
    """The jobs of a studio, each in a folder of its own."""

    kind = Job
    folder_name = re.compile(r"[0-9a-f]{16}")

    def original(self, job: Job) -> Path:
        """Return the dropped file; it has no suffix: its content says what it is."""
        return self.path(job, "original")

    def new_name(self) -> str:
        """Make the folder of a new job, and return its name."""
        name = secrets.token_hex(8)
        (self.folder / name).mkdir(parents=True, mode=0o700)
        return name

    def _clear(self, folder: Path) -> None:
        """Delete what is left of an interrupted upload."""
        shutil.rmtree(folder, ignore_errors=True)


def titled(name: str, usual: str) -> str:
    """Return a file's name for display: no folders, no control characters."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " ").strip()
    return shown[:LONGEST_TITLE] or usual
