"""Handle of a worker process of the studio: sends tasks, reads answers, stops it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from realtime.studio.worker_process import STOP, Message

LOG_BYTES = 1_000_000
"""A log beyond this size is overwritten by the next process."""
END_SECONDS = 10.0


class WorkerDiedError(Exception):
    """The process ended before its task did."""


class Worker:
    """A process that reads tasks from its standard input and answers in lines of JSON.

    Args:
        arguments: Of Python: `-m`, a module, its arguments.
        log: Takes what the process writes to its standard error.
        answers: Whether it answers; if not, the log takes its standard output, too.
    """

    def __init__(self, arguments: Sequence[str], log: Path, *, answers: bool = True) -> None:
        mode = "ab" if log.is_file() and log.stat().st_size < LOG_BYTES else "wb"
        with log.open(mode) as errors:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if answers else errors,
                stderr=errors,
                start_new_session=True,  # the studio passes Ctrl-C on
            )
        self._lock = threading.Lock()
        self._count = 0

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def run(self, task: Message, listen: Callable[[Message], None]) -> Message:
        """Run a task to its end.

        Args:
            task: The command to send.
            listen: Given every message before the last.

        Returns:
            The last message: `{"event": "end", ...}`.

        Raises:
            WorkerDiedError: the process ended before that.
        """
        self._count += 1
        number = self._count
        self._tell(task | {"task": number})
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said: dict[str, Any] = json.loads(line)
            if said["task"] != number:
                continue
            if said["event"] == "end":
                return said
            listen(said)
        raise WorkerDiedError(how_it_ended(self.wait()))

    def stop(self) -> None:
        """Ask it to stop its task in good order; `run` returns when it has."""
        self._tell({"do": STOP})

    def kill(self) -> None:
        """Kill it: it does not stop when asked."""
        self._process.kill()

    def wait(self) -> int:
        """Wait for the process, and return its exit code."""
        return self._process.wait()

    def end(self) -> None:
        """Close its input, which ends it; kill it if that takes too long."""
        with suppress(OSError), self._lock:
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End it and close its output; no `run` may be waiting."""
        self.end()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _tell(self, message: Message) -> None:
        # That it died is noticed where its answer is read.
        with suppress(OSError, ValueError), self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()


def how_it_ended(code: int) -> str:
    """Describe an exit code."""
    if code < 0:
        return f"it was ended by signal {-code}"
    return f"it ended with code {code}"
