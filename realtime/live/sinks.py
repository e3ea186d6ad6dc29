"""Sinks of live runs: letterboxed to a fixed size or to a window, several at once, a recording."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from realtime import sinks
from realtime.frame import Frame
from realtime.live.drawing import in_picture
from realtime.ports import Closing, Event, Mouse, Sink, Size
from realtime.resize import in_size


class LetterboxSink(Closing):
    """Letterboxes frames for a sink: of fixed size, to that of the first; of a window, to its own.

    A frame that has the size already stays as it is.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.fixed_size = False
        self._own = self._shown = (0, 0)

    @property
    def result(self) -> Path | None:
        """The file that the sink inside wrote."""
        return self._sink.result

    @property
    def canvas(self) -> Size | None:
        """Of the window inside."""
        return self._sink.canvas

    @property
    def window_size(self) -> Size | None:
        """Of the window inside."""
        return self._sink.window_size

    def set_fullscreen(self, on: bool) -> None:
        """Pass on to the window inside."""
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
        """Publish what the sink inside holds."""
        self._sink.finish()

    def close(self) -> None:
        """Close the sink inside."""
        self._sink.close()


class TeeSink(Closing):
    """Shows every frame in several sinks, in order; the events are those of all."""

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
        """Publish all."""
        for sink in self._sinks:
            sink.finish()

    def close(self) -> None:
        """Close all, whatever one of them raises."""
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.callback(sink.close)


class Recording:
    """A clip of the paintings, without overlay, begun and ended while the session goes on.

    Args:
        folder: Where `pleinair-DATE.mp4` goes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sink: Sink | None = None
        self._first: Frame | None = None
        self._last = 0.0

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return 0.0 if self._first is None else self._last - self._first.pts_seconds

    def take(self, frame: Frame) -> None:
        """Write a frame with its own time, which must rise; a repeated one is left out.

        A camera that changes its size is fitted into the size of the first frame.

        Raises:
            SinkError: the disk is full, or the folder is gone.
        """
        if self._sink is None or self._first is None:
            path = self._folder / f"pleinair-{stamp()}.mp4"
            self._sink = sinks.open_sink("video", sinks.SinkOptions(path=path))
            self._first, self._last = frame, frame.pts_seconds - 1.0
        if frame.pts_seconds <= self._last:
            return  # a frozen picture
        self._last = frame.pts_seconds
        frame = in_size(frame, (self._first.width, self._first.height))
        self._sink.show(replace(frame, pts_seconds=frame.pts_seconds - self._first.pts_seconds))

    def stop(self) -> Path | None:
        """Complete the file and return it; None when nothing was being recorded."""
        sink, self._sink, self._first = self._sink, None, None
        if sink is None:
            return None
        try:
            sink.finish()
        finally:
            sink.close()
        return sink.result


def stamp() -> str:
    """Return this moment for a file name, to the millisecond."""
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")[:-3]
