"""Redirects what C libraries write to stderr while they are called."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop what is written to the process's standard error, by all threads: keep it short."""
    with _ONE_AT_A_TIME:
        try:
            kept = os.dup(STDERR)
        except OSError:  # a program without standard error
            yield
            return
        try:
            sys.stderr.flush()
            with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - a device, not a file
                os.dup2(nothing.fileno(), STDERR)
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
