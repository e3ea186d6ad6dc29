"""A sink that takes everything and shows nothing: for measuring and testing."""

from __future__ import annotations

from realtime.frame import Frame
from realtime.ports import Event
from realtime.sinks import SinkOptions


class NullSink:
    """Counts frames and forgets them."""

    def __init__(self) -> None:
        self.frames = 0

    def show(self, frame: Frame) -> None:
        """Count the frame."""
        del frame
        self.frames += 1

    def poll(self) -> tuple[Event, ...]:
        """Nobody is there to do anything."""
        return ()

    def finish(self) -> None:
        """Nothing to publish."""

    def close(self) -> None:
        """Nothing to release."""


def open_sink(options: SinkOptions) -> NullSink:
    """Open the null sink; it has no options."""
    del options
    return NullSink()
