"""A window of any size shows whole frames in their shape: smoothly scaled, black around."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from realtime.frame import Frame
from realtime.live.one_size import in_size
from realtime.live.stage import in_picture
from realtime.ports import Event, Mouse, Sink
from realtime.settings import Size


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


class FittedSink:
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
