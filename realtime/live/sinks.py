"""Sinks of live runs: letterboxed to a fixed size or to a window, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from realtime.frame import Frame
from realtime.live.drawing import in_picture
from realtime.ports import Closing, Event, Mouse, Sink, Size
from realtime.resize import in_size


class LetterboxSink(Closing):
    """Letterboxes frames to the size of the wrapped sink: fixed by the first frame, or a window's.

    A frame that has the size already stays as it is.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.fixed_size = False
        self._own = self._shown = (0, 0)

    @property
    def result(self) -> Path | None:
        """The file that the wrapped sink wrote."""
        return self._sink.result

    @property
    def canvas(self) -> Size | None:
        """Of the wrapped window."""
        return self._sink.canvas

    @property
    def window_size(self) -> Size | None:
        """Of the wrapped window."""
        return self._sink.window_size

    def set_fullscreen(self, on: bool) -> None:
        """Pass on to the wrapped window."""
        self._sink.set_fullscreen(on)

    def show(self, frame: Frame) -> None:
        """Show one frame (see `ports.Sink`)."""
        self._own = frame.width, frame.height
        if self._sink.fixed_size and self._shown != (0, 0):
            size = self._shown
        else:
            size = self._sink.canvas or self._own
        self._shown = size
        self._sink.show(in_size(frame, size))

    def poll(self) -> tuple[Event, ...]:
        """Return what the user did; the mouse's places are those in the frame that was shown."""
        events = self._sink.poll()
        if self._own == self._shown:
            return events
        return tuple(
            in_picture(event, self._own, self._shown) if isinstance(event, Mouse) else event
            for event in events
        )

    def finish(self) -> None:
        """Finish the wrapped sink."""
        self._sink.finish()

    def close(self) -> None:
        """Close the wrapped sink."""
        self._sink.close()


class TeeSink(Closing):
    """Sends every frame to several sinks, in order; returns the events of all."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = tuple(sinks)
        self.fixed_size = any(sink.fixed_size for sink in self._sinks)
        self.canvas = None

    @property
    def result(self) -> Path | None:
        """The file that one of them wrote."""
        return next((sink.result for sink in self._sinks if sink.result), None)

    @property
    def window_size(self) -> Size | None:
        """The size of the window among them."""
        return next((sink.window_size for sink in self._sinks if sink.window_size), None)

    def set_fullscreen(self, on: bool) -> None:
        """Pass on to all; those that are no windows do nothing."""
        for sink in self._sinks:
            sink.set_fullscreen(on)

    def show(self, frame: Frame) -> None:
        """Show one frame everywhere."""
        for sink in self._sinks:
            sink.show(frame)

    def poll(self) -> tuple[Event, ...]:
        """Return what the user did in any of them."""
        return tuple(event for sink in self._sinks for event in sink.poll())

    def finish(self) -> None:
        """Finish all."""
        for sink in self._sinks:
            sink.finish()

    def close(self) -> None:
        """Close all, even if one of them raises."""
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.callback(sink.close)
