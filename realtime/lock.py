"""File lock beside an output: a second run that would write it is refused.

    .out.mp4.pleinair/lock    locked, and holding its process's number, as long as that one writes

The lock is the operating system's: it is released when the process ends in any way. On a disk
without locks it has no effect.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from realtime.errors import BadInputError
from realtime.naming import truncate_name

MOST_FILES = 1 << 14

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl
    import resource

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _allow_many_files() -> None:
    """Raise the limit of open files: each lock is one, and a batch has many."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
        if soft < wanted:
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def hidden_folder(out: Path) -> Path:
    """Return the folder beside an output for what is needed while it is written."""
    return out.with_name(truncate_name(f".{out.name}", ".pleinair"))


class OutputLock:
    """Exclusive lock of one output."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._folder = hidden_folder(out)
        self._path = self._folder / "lock"
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Acquire the lock.

        Raises:
            BadInputError: another run has it.
        """
        _allow_many_files()
        while self._file is None:
            try:
                self._folder.mkdir(exist_ok=True)
                file = self._path.open("a+b")
            except OSError:
                return  # what forbids the lock forbids the output, and says so better
            try:
                _lock(file)
            except (BlockingIOError, PermissionError) as exc:
                process = _process_of(file)
                file.close()
                raise BadInputError(
                    f"{self._out} is being written by another pleinair{process}: wait until it has "
                    "ended, or give another name for the output"
                ) from exc
            except OSError:
                file.close()
                return
            if not self._is_there(file):
                file.close()  # its owner has just removed it: the locked file is gone
                continue
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            with suppress(OSError):  # a full disk
                file.flush()
            self._file = file

    def release(self) -> None:
        """Release the lock; further calls do nothing."""
        if self._file is None:
            return
        file, self._file = self._file, None
        if sys.platform != "win32":  # there an open file cannot be removed
            self._path.unlink(missing_ok=True)
        with suppress(OSError):
            file.close()
        if sys.platform == "win32":
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        with suppress(OSError):  # it holds segments
            self._folder.rmdir()

    def _is_there(self, file: IO[bytes]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except OSError:
            return False

    def __del__(self) -> None:
        with suppress(Exception):  # at the end of the program modules may be gone already
            self.release()

    def __getstate__(self) -> dict[str, Any]:
        """A lock is this process's: workers get none."""
        return {**vars(self), "_file": None}


def _process_of(file: IO[bytes]) -> str:
    """Return ` (process 123)`, if the file has it."""
    with suppress(OSError):
        file.seek(0)
        number = file.read(12).decode("ascii", "replace")
        return f" (process {number})" if number.isdigit() else ""
    return ""
