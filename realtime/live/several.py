"""One stream of frames into several sinks: window, virtual camera, file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from realtime.frame import Frame
from realtime.ports import Event, Sink
from realtime.settings import Size


class SeveralSinks:
    """Shows every frame in all of them, in order; the events are those of all."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = tuple(sinks)

    @property
    def result(self) -> Path | None:
        """The file that one of them wrote."""
        written = (getattr(sink, "result", None) for sink in self._sinks)
        return next((path for path in written if path is not None), None)

    @property
    def window_size(self) -> Size | None:
        """The size of the window among them."""
        sizes = (getattr(sink, "window_size", None) for sink in self._sinks)
        return next((size for size in sizes if size is not None), None)

    def set_fullscreen(self, on: bool) -> None:
        """Pass on to those that are windows."""
        for sink in self._sinks:
            if hasattr(sink, "set_fullscreen"):
                sink.set_fullscreen(on)

    def show(self, frame: Frame) -> None:
        """Show one frame everywhere."""
        for sink in self._sinks:
            sink.show(frame)

    def poll(self) -> tuple[Event, ...]:
        """Return what the user did in any of them."""
        return tuple(event for sink in self._sinks for event in sink.poll())

    def finish(self) -> None:
        """Publish all."""
        for sink in self._sinks:
            sink.finish()

    def close(self) -> None:
        """Close all, whatever one of them raises."""
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.callback(sink.close)
