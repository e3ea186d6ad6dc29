"""The browser as a source and a sink: its camera's newest frame, and every painting back to it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from realtime.clockwork import monotonic
from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.mailbox import Closed, LatestBox
from realtime.ports import Closing, PlainSink, Size
from realtime.studio.settings import Limits
from realtime.studio.wire import Part, Picture, decode_frame, encode_frame

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


class BrowserSink(PlainSink):
    """Codes frames for the page, off the thread that paints; leaves out what it has no time for.

    Args:
        send: Takes the messages of one moment; never waits.
        waits: Whether the page is so far behind that nothing need be coded.
        raw: Whether frames travel uncoded.
    """

    def __init__(
        self, send: Callable[[Sequence[bytes]], None], waits: Callable[[], bool], *, raw: bool
    ) -> None:
        self._send, self._waits, self._raw = send, waits, raw
        self.original: Frame | None = None
        """What is sent beside the next painting; None: the page has it."""
        self.dropped = 0
        """Paintings that were not sent."""

    def show(self, frame: Frame) -> None:
        """Send one painting (see `ports.Sink`)."""
        if self._waits():
            self.dropped += 1
            return
        messages = [encode_frame(frame, Part.PAINTING, raw=self._raw).to_bytes()]
        if self.original is not None:
            before = encode_frame(self.original, Part.ORIGINAL, raw=self._raw)
            messages.insert(0, before.to_bytes())
        self._send(messages)
