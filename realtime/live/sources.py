"""Sources of live runs: a camera that is reopened when it fails, a file played in real time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from realtime.clockwork import Clock, monotonic
from realtime.errors import PleinairError, SourceError
from realtime.frame import Frame
from realtime.ports import Closing, Size, Source

RETRY_SECONDS = 1.0
LATE_SECONDS = 1.5
"""Without a frame for so long, the user gets a message."""


class ReconnectingSource(Closing):
    """Reopens its source whenever it fails, for as long as the session lasts.

    The first opening is the caller's: a camera that was never there is an error at once. Indices
    and times go on rising over a gap.
    """

    live = True
    frame_count = None

    def __init__(
        self, source: Source, reopen: Callable[[], Source], *, clock: Clock = monotonic
    ) -> None:
        self._source: Source | None = source
        self._reopen, self._clock = reopen, clock
        self.rate_fps = source.rate_fps
        self._stopped = threading.Event()
        self._arrived: float | None = None
        self._gone = ""

    @property
    def size(self) -> Size | None:
        """Size of the frames, if the camera knows it."""
        return None if self._source is None else self._source.size

    def trouble(self) -> str:
        """Return the problem with the camera, for the user; empty: none."""
        if self._gone:
            return f"{self._gone}: waiting for it"
        if self._arrived is None:
            return ""
        silent = self._clock() - self._arrived
        return f"no picture from the camera for {silent:.0f} s" if silent > LATE_SECONDS else ""

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until closed, across failures; ends when the source ends."""
        started, index = self._clock(), 0
        while not self._stopped.is_set():
            try:
                if self._source is None:
                    self._source = self._reopen()
                for frame in self._source:
                    self._gone, self._arrived = "", self._clock()
                    yield replace(frame, index=index, pts_seconds=self._arrived - started)
                    index += 1
                return
            except SourceError as exc:
                self._let_go(str(exc))
            except PleinairError:
                self._stopped.wait(RETRY_SECONDS)  # not back yet

    def close(self) -> None:
        """Stop waiting, and close the source."""
        self._stopped.set()
        if self._source is not None:
            self._source.close()

    def _let_go(self, why: str) -> None:
        self._gone = why
        source, self._source = self._source, None
        if source is not None:
            with suppress(PleinairError):
                source.close()
        self._stopped.wait(RETRY_SECONDS)


class RealtimePlayback(Closing):
    """Plays another source in real time, by its frames' timestamps.

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
        self.size: Size | None = source.size

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
        """Stop waiting, and close the wrapped source."""
        self._stopped.set()
        self._source.close()
