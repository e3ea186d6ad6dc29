"""The sink of live runs: one or several sinks at once, each letterboxed to its own size."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from realtime.frame import Frame
from realtime.live.drawing import in_picture
from realtime.ports import Closing, Event, Mouse, Sink, Size
from realtime.resize import in_size


class LetterboxSink(Closing):
    """Sends every frame to all sinks, in order, letterboxed; returns the events of all.

    The size of a sink is fixed by its first frame, or that of its window. A frame that has the size
    already stays as it is.
    """

    fixed_size = False

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks
        self._own = (0, 0)
        self._shown = [(0, 0)] * len(sinks)

    @property
    def result(self) -> Path | None:
        """The file that one of them wrote."""
        return next((sink.result for sink in self._sinks if sink.result), None)

    @property
    def canvas(self) -> Size | None:
        """Of the only sink; several have none in common."""
        return self._sinks[0].canvas if len(self._sinks) == 1 else None

    @property
    def window_size(self) -> Size | None:
        """The size of the window among them."""
        return next((sink.window_size for sink in self._sinks if sink.window_size), None)

    def set_fullscreen(self, on: bool) -> None:
        """Pass on to all; those that are no windows do nothing."""
        for sink in self._sinks:
            sink.set_fullscreen(on)

    def show(self, frame: Frame) -> None:
        """Show one frame everywhere (see `ports.Sink`)."""
        self._own = frame.width, frame.height
        for number, sink in enumerate(self._sinks):
            if not sink.fixed_size or self._shown[number] == (0, 0):
                self._shown[number] = sink.canvas or self._own
            sink.show(in_size(frame, self._shown[number]))

    def poll(self) -> tuple[Event, ...]:
        """Return what the user did; the mouse's places are those in the frame that was shown."""
        return tuple(
            in_picture(event, self._own, shown)
            if isinstance(event, Mouse) and shown != self._own
            else event
            for sink, shown in zip(self._sinks, self._shown, strict=True)
            for event in sink.poll()
        )

    def finish(self) -> None:
        """Finish all."""
        for sink in self._sinks:
            sink.finish()

    def close(self) -> None:
        """Close all, even if one of them raises."""
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.callback(sink.close)
