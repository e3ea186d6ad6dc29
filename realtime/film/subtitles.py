"""Converts text subtitles to the codec of another container."""

from __future__ import annotations

import math
import re

from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from realtime.media.decoding import AnyPacket
from realtime.media.stream import codec_name, label

TEXT = frozenset({"subrip", "srt", "text", "mov_text", "webvtt", "ass", "ssa"})
"""Subtitles made of text, as FFmpeg calls them."""
MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|\{\\[^}]*\}")
SHOWN_SECONDS = 5
"""How long a subtitle is shown that does not say so."""


class RewrittenText:
    """Converts text subtitles to the format of the new file."""

    def __init__(self, template: Stream, container: OutputContainer, codec: str) -> None:
        self._from, self._to = codec_name(template), codec
        self._stream: Stream = container.add_mux_stream(codec)
        if template.time_base is not None:
            self._stream.time_base = template.time_base
        label(self._stream, template)
        self._held: AnyPacket | None = None
        self._texts: list[str] = []

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return converted lines; nothing for the pauses that MP4 stores."""
        text = plain_text(bytes(packet), self._from)
        if not text or packet.pts is None:
            return []
        if self._to != "mov_text":
            return [self._line(packet, text)]
        # MP4 shows one line at a time: those that begin together become one, and the next one
        # ends whatever is shown.
        held = self._held
        if held is not None and packet.pts == held.pts:
            self._texts.append(text)
            held.duration = max(held.duration or 0, packet.duration or 0)
            return []
        ready = self._release(packet)
        self._held, self._texts = self._line(packet, text), [text]
        return ready

    def flush(self) -> list[AnyPacket]:
        """Return the last line."""
        return self._release(None)

    def _release(self, after: AnyPacket | None) -> list[AnyPacket]:
        """Return the pending line, with its longest possible duration."""
        held, self._held = self._held, None
        if held is None or held.pts is None:
            return []
        lasts = held.duration or math.ceil(SHOWN_SECONDS / held.time_base)
        if after is not None and after.pts is not None:
            lasts = min(lasts, after.pts - held.pts)
        if lasts <= 0:  # out of order: nothing can be shown for no time
            return []
        line = self._line(held, "\n".join(self._texts))
        line.duration = lasts
        return [line]

    def _line(self, packet: AnyPacket, text: str) -> AnyPacket:
        data = text.encode()
        if self._to == "mov_text":
            data = len(data).to_bytes(2, "big") + data
        line: AnyPacket = Packet(data)
        line.stream = self._stream
        line.time_base = packet.time_base
        line.pts = line.dts = packet.pts
        line.duration = packet.duration
        return line


def plain_text(data: bytes, codec: str) -> str:
    """Read a packet of a text subtitle, without its markup.

    Sources: 3GPP TS 26.245 (mov_text: two bytes of length first), Matroska's subtitle mappings
    (ASS: eight fields before the text).
    """
    if codec == "mov_text":
        data = data[2 : 2 + int.from_bytes(data[:2], "big")]
    text = data.decode("utf-8", "replace")
    if codec in ("ass", "ssa"):
        text = text.split(",", 8)[-1].replace(r"\N", "\n").replace(r"\n", "\n")
    return MARKUP.sub("", text).strip()
