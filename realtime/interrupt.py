"""Graceful SIGINT and SIGTERM: a run ends between two frames."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from realtime.pipeline import Hooks, Report, run
from realtime.ports import Engine, Sink, Source


def run_interruptibly(
    source: Source, engine: Engine, sink: Sink, hooks: Hooks
) -> tuple[bool, Report]:
    """Run the pipeline; the first Ctrl-C (or SIGTERM) ends it between two frames.

    Returns:
        Whether it was interrupted, and the report so far.
    """
    report = Report()

    def on_turn(current: Report) -> None:
        nonlocal report
        report = current
        if asked.is_set():
            raise KeyboardInterrupt

    with stop_on_interrupt() as asked:
        try:
            return False, run(source, engine, sink, replace(hooks, on_turn=on_turn))
        except KeyboardInterrupt:
            return True, report


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """Turn the first SIGINT or SIGTERM into an event; the second one interrupts at once."""
    asked = threading.Event()

    def on_signal(number: int, stack: FrameType | None) -> None:
        del number, stack
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
