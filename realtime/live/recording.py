"""Recording what is painted while it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from realtime import sinks
from realtime.frame import Frame
from realtime.live.one_size import in_size
from realtime.ports import Sink


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
