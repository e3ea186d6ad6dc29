"""What was dropped on the page and what became of it, kept over the end of the program."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from realtime.folders import write_whole

State = Literal["waiting", "painting", "paused", "done", "failed", "cancelled"]
BEGUN = ("waiting", "painting")
JOB_FILE = "job.json"
NAME = re.compile(r"[0-9a-f]{16}")
LONGEST_TITLE = 80


@dataclass
class Job:
    """One file to paint. Its folder is called as it is."""

    name: str
    title: str
    """What the user's file was called, for people: no path is ever made of it."""
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
        """How long the rest takes at the pace of the moment; None: nobody knows."""
        if self.state != "painting" or not self.frames or self.fps <= 0:
            return None
        return max(0, self.frames - self.done) / self.fps


class JobStore:
    """The jobs of a studio, each in a folder of its own.

    Args:
        folder: Below it; made with the first job.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._jobs = {job.name: job for job in _read(folder)}

    def __iter__(self) -> Iterator[Job]:
        """Yield all, the newest first."""
        return iter(sorted(self._jobs.values(), key=lambda job: -job.asked))

    def get(self, name: str) -> Job | None:
        """Find a job by its name; whatever else is given finds nothing."""
        return self._jobs.get(name)

    def path(self, job: Job, name: str = "") -> Path:
        """Return a job's folder, or a file in it."""
        return self.folder / job.name / name

    def original(self, job: Job) -> Path:
        """Return the file that was dropped; it has no ending: its content says what it is."""
        return self.path(job, "original")

    def new_name(self) -> str:
        """Make the folder of a job to come, and return its name."""
        name = secrets.token_hex(8)
        (self.folder / name).mkdir(parents=True, mode=0o700)
        return name

    def add(self, job: Job) -> None:
        """Take in a job whose file is there."""
        job.asked = time.time()
        self._jobs[job.name] = job
        self.save(job)

    def save(self, job: Job) -> None:
        """Write a job down.

        Raises:
            BadInputError: the disk does not take it.
        """
        write_whole(self.path(job, JOB_FILE), json.dumps(asdict(job), indent=2).encode())

    def remove(self, job: Job) -> None:
        """Forget a job with all its files."""
        self._jobs.pop(job.name, None)
        self.discard(job.name)

    def discard(self, name: str) -> None:
        """Take away the folder of a job that did not come to be."""
        with suppress(OSError):
            shutil.rmtree(self.folder / name)


def _read(folder: Path) -> Iterator[Job]:
    """Yield the jobs that are written down; folders without one are of uploads that broke off."""
    known = {one.name for one in fields(Job)}
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if not NAME.fullmatch(path.name):
            continue
        try:
            values = json.loads((path / JOB_FILE).read_text())
            job = Job(**{key: value for key, value in values.items() if key in known})
        except (OSError, ValueError, TypeError, AttributeError):
            shutil.rmtree(path, ignore_errors=True)
            continue
        job.name = path.name
        if job.state == "painting":  # the program ended meanwhile: it goes on where it was
            job.state = "waiting"
        yield job


def titled(name: str, usual: str) -> str:
    """Return a file's name for people: no folders, nothing that steers a terminal or a page."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " ").strip()
    return shown[:LONGEST_TITLE] or usual
