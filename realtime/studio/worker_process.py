"""Inside a worker process of the studio: reads commands from standard input, exits at its end.

The system closes the pipe when the studio ends in any way, `kill -9` included.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

from realtime.errors import EXIT_BAD

STOP = "stop"
Message = dict[str, Any]


def read_commands(
    take: Callable[[Message], None] = lambda message: None, *, grace_seconds: float = 0.0
) -> None:
    """Read commands, a JSON object per line, on a thread of their own.

    `{"do": "stop"}` interrupts this process as Ctrl-C does; at the end of the input it is
    interrupted likewise, and exits after `grace_seconds` at the latest.

    Args:
        take: Given all other commands.
        grace_seconds: How long the main thread may take to save what it has.
    """
    threading.Thread(target=_read, args=(take, grace_seconds), name="commands", daemon=True).start()


def _read(take: Callable[[Message], None], grace_seconds: float) -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if message["do"] == STOP:
            _thread.interrupt_main(signal.SIGINT)
        else:
            take(message)
    if grace_seconds:
        _thread.interrupt_main(signal.SIGINT)
        threading.Event().wait(grace_seconds)
    os._exit(EXIT_BAD)


def lower_priority(steps: int) -> None:
    """Lower the priority of this process by up to 19 steps, where the system has them."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(steps)


def claim_stdout() -> TextIO:
    """Return standard output for messages alone: what libraries print goes to stderr instead."""
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return messages
