"""In a process that the studio started: it obeys what comes on standard input, and ends with it.

The pipe is closed by the system when the studio ends, however it ends: `kill -9` too.
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


def obey(
    take: Callable[[Message], None] = lambda message: None, *, grace_seconds: float = 0.0
) -> None:
    """Read messages, a JSON object per line, on a thread of their own.

    `{"do": "stop"}` is Ctrl-C to this process; the end of the input is Ctrl-C, and its end after
    `grace_seconds`.

    Args:
        take: Given all other messages.
        grace_seconds: How long what is under way may take to be put in order.
    """
    threading.Thread(target=_read, args=(take, grace_seconds), name="obey", daemon=True).start()


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


def give_way(steps: int) -> None:
    """Let everything else on this machine go first; 19 steps down is the most."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(steps)


def own_output() -> TextIO:
    """Return standard output for messages alone: whatever libraries print there goes to stderr."""
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return messages
