"""The page as a sink: every painting goes to it, coded here, off the thread that paints."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from realtime.frame import Frame
from realtime.ports import PlainSink
from realtime.studio.frame_codec import encode_frame
from realtime.studio.wire import Part


class BrowserSink(PlainSink):
    """Codes frames for the page, and leaves out those that it has no time for.

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
