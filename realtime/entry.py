"""Runs a command line and sets the exit code; expected errors become a line without a traceback.

0: done; 2: an error that the user can correct, in a line or two; 130: interrupted.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn, TextIO

from realtime.errors import EXIT_BAD, EXIT_INTERRUPTED, PleinairError
from realtime.terminal import LineFormatter, echo

LIBGL_ADVICE = (
    "OpenCV needs the system's libGL for windows: apt install libgl1 libglib2.0-0, "
    "or do without windows: pip install opencv-python-headless"
)


TOO_LITTLE_MEMORY = ("allocate", "failed to map segment", "can't start new thread", "bad_alloc")
"""What libraries say, in errors of all kinds, when the system gives them no more memory."""


class StderrHandler(logging.StreamHandler[TextIO]):
    """Log handler for the current `sys.stderr`, which progress bars replace."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self.stream = sys.stderr
        super().emit(record)


def run(app: Callable[[], None]) -> None:
    """Run a command line, for example a typer app, in a process of its own."""
    _print_every_name()
    handler = StderrHandler()
    handler.setFormatter(LineFormatter("pleinair: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("realtime").setLevel(logging.INFO)
    try:
        app()
    except PleinairError as exc:
        _refuse(str(exc))
    except (ImportError, OSError, RuntimeError, MemoryError) as exc:
        _refuse_what_the_system_refused(exc)
    except KeyboardInterrupt:
        echo("pleinair: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)


def _print_every_name() -> None:
    """Escape what a terminal cannot print, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _refuse_what_the_system_refused(exc: Exception) -> None:
    """Turn errors of the system that the user can correct into a line; raise all others."""
    said = str(exc)
    if isinstance(exc, ImportError) and "libGL" in said:
        _refuse(f"{LIBGL_ADVICE} ({said})")
    if isinstance(exc, MemoryError) or any(words in said for words in TOO_LITTLE_MEMORY):
        first = said.strip().partition("\n")[0] or "out of memory"
        _refuse(f"too little memory ({first}): close other programs, raise `ulimit -v`, or paint "
                "smaller pictures (--size)")  # fmt: skip
    if isinstance(exc, OSError) and exc.filename is not None:
        _refuse(f"{exc.filename}: {exc.strerror}")
    raise exc


def _refuse(message: str) -> NoReturn:
    process = os.environ.get("RANK", "0")  # set by torchrun, all of whose processes may refuse
    echo(f"pleinair{'' if process == '0' else f' (process {process})'}: {message}", err=True)
    sys.exit(EXIT_BAD)
