"""A file played as if it were a camera: in its own time, late frames dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from realtime.clockwork import monotonic
from realtime.frame import Frame
from realtime.ports import Source


class PacedSource:
    """Gives the frames of another source at the moments that their times say.

    Args:
        source: What to play.
        reopen: Opens it again at its end, to play it without end; None plays it once.
    """

    live = True

    def __init__(self, source: Source, *, reopen: Callable[[], Source] | None = None) -> None:
        self._source, self._reopen = source, reopen
        self._stopped = threading.Event()
        self.rate_fps = source.rate_fps
        self.frame_count = source.frame_count if reopen is None else None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the frames, where the source inside knows."""
        return getattr(self._source, "size", None)

    def __iter__(self) -> Iterator[Frame]:
        """Yield each frame when it is due; the first one at once."""
        started, begins, index = monotonic(), 0.0, 0
        while True:
            first: float | None = None
            for frame in self._source:
                first = frame.pts_seconds if first is None else first
                due = begins + frame.pts_seconds - first
                if self._stopped.wait(max(0.0, started + due - monotonic())):
                    return
                if self._reopen is None:
                    yield frame
                else:
                    yield replace(frame, index=index, pts_seconds=due)
                index, ended = index + 1, due
            if self._reopen is None or first is None:
                return
            self._source.close()
            self._source, begins = self._reopen(), ended + 1 / self.rate_fps

    def close(self) -> None:
        """Stop waiting, and close the source inside."""
        self._stopped.set()
        self._source.close()
