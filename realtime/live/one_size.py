"""Files and virtual cameras cannot change their size; a camera can. Bars keep the peace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from realtime.frame import Frame
from realtime.ports import Event, Sink
from realtime.resize import letterboxed


class OneSizeSink:
    """Hands every frame on in the size of the first, with bars where the shape differs."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._size: tuple[int, int] | None = None

    @property
    def result(self) -> Path | None:
        """The file that the sink inside wrote, if it writes one."""
        return getattr(self._sink, "result", None)

    def show(self, frame: Frame) -> None:
        """Show one frame (see `ports.Sink`)."""
        self._size = self._size or (frame.width, frame.height)
        self._sink.show(in_size(frame, self._size))

    def poll(self) -> tuple[Event, ...]:
        """Return what the user did."""
        return self._sink.poll()

    def finish(self) -> None:
        """Publish."""
        self._sink.finish()

    def close(self) -> None:
        """Close the sink inside."""
        self._sink.close()


def in_size(frame: Frame, size: tuple[int, int]) -> Frame:
    """Return a frame of `size` (width, height): itself, or fitted in with bars."""
    if (frame.width, frame.height) == size:
        return frame
    return replace(frame, pixels=letterboxed(frame.pixels, size))
