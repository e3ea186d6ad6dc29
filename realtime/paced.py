"""A file played as if it were a camera: in its own time, late frames dropped."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from realtime.clockwork import monotonic
from realtime.frame import Frame
from realtime.ports import Source


class PacedSource:
    """Gives the frames of another source at the moments that their times say."""

    live = True

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stopped = threading.Event()
        self.rate_fps = source.rate_fps
        self.frame_count = source.frame_count

    def __iter__(self) -> Iterator[Frame]:
        """Yield each frame when it is due; the first one at once."""
        origin: float | None = None
        for frame in self._source:
            if origin is None:
                origin = monotonic() - frame.pts_seconds
            if self._stopped.wait(max(0.0, origin + frame.pts_seconds - monotonic())):
                return
            yield frame

    def close(self) -> None:
        """Stop waiting, and close the source inside."""
        self._stopped.set()
        self._source.close()
