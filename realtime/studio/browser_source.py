"""The browser's camera as a source: its newest frame, whenever the engine can take one."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from realtime.clockwork import monotonic
from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.mailbox import Closed, LatestBox
from realtime.ports import Closing, Size
from realtime.studio.frame_codec import decode_frame
from realtime.studio.settings import Limits
from realtime.studio.wire import Picture

log = logging.getLogger(__name__)


class BrowserSource(Closing):
    """Frames that come over the WebSocket, decoded on the thread that asks for them.

    Args:
        size: Width and height that the camera gives.
        rate_fps: Frames per second that it promises.
        limits: What is taken.
    """

    live = True
    frame_count = None

    def __init__(self, size: Size, rate_fps: float, limits: Limits) -> None:
        self.size, self.rate_fps = size, rate_fps
        self._limits = limits
        self._arrived: LatestBox[Picture] = LatestBox()
        self._last = -1

    @property
    def replaced(self) -> int:
        """Frames that were replaced by newer ones before they were decoded."""
        return self._arrived.dropped

    def put(self, picture: Picture) -> None:
        """Hand over a frame as it came; never waits, from any thread."""
        try:
            self._arrived.put(picture)
        except Closed:
            return

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until closed; one that cannot be read is left out."""
        started = monotonic()
        while True:
            try:
                picture = self._arrived.get()
            except Closed:
                return
            if picture.index <= self._last:
                continue
            self._last = picture.index
            try:
                pixels = decode_frame(picture, self._limits)
            except BadInputError as exc:
                log.warning("left out: %s", exc)
                continue
            yield Frame(pixels, picture.index, monotonic() - started)

    def close(self) -> None:
        """End the iteration, also one that another thread is waiting in."""
        self._arrived.abort()
