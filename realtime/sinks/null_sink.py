"""A sink that discards frames. For benchmarks and tests."""

from __future__ import annotations

from realtime.frame import Frame
from realtime.ports import PlainSink
from realtime.sinks import SinkOptions


class NullSink(PlainSink):
    """Counts frames and discards them."""

    def __init__(self) -> None:
        self.frames = 0

    def show(self, frame: Frame) -> None:
        """Count the frame."""
        del frame
        self.frames += 1


def open_sink(options: SinkOptions) -> NullSink:
    """Open the null sink; it has no options."""
    del options
    return NullSink()
