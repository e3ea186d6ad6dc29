"""Sinks of live runs: letterboxed to a fixed size or to a window, several at once, a recording."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from realtime import sinks
from realtime.frame import Frame
from realtime.live.drawing import in_picture
from realtime.ports import Event, Mouse, Sink
from realtime.resize import in_size
from realtime.settings import Size


class LetterboxSink:
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


@runtime_checkable
class Canvas(Sink, Protocol):
    """A sink whose size the user chooses, by dragging its border or filling the screen."""

    @property
    def canvas(self) -> Size | None:
        """Width and height in pixels that are drawn on; None: whatever the first frame has."""

    @property
    def window_size(self) -> Size | None:
        """Width and height to remember: of the window, also while it fills the screen."""

    def set_fullscreen(self, on: bool) -> None:
        """Fill the screen, or come back to a window."""


class CanvasSink:
    """Hands every frame on in the size of the canvas; one that has it already stays as it is."""

    def __init__(self, sink: Canvas) -> None:
        self._sink = sink
        self.set_fullscreen = sink.set_fullscreen
        self._own = self._shown = (1, 1)

    @property
    def canvas(self) -> Size | None:
        """See `Canvas`."""
        return self._sink.canvas

    @property
    def window_size(self) -> Size | None:
        """See `Canvas`."""
        return self._sink.window_size

    def show(self, frame: Frame) -> None:
        """Show one frame (see `ports.Sink`)."""
        own = frame.width, frame.height
        canvas = self._sink.canvas or own
        self._own, self._shown = own, canvas
        self._sink.show(in_size(frame, canvas))

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
        """Nothing to publish in a window."""
        self._sink.finish()

    def close(self) -> None:
        """Close the window."""
        self._sink.close()


class TeeSink:
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
        return getattr(sink, "result", None)


def stamp() -> str:
    """Return this moment for a file name, to the millisecond."""
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")[:-3]
