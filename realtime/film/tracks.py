"""Sound and subtitles on their way from the original into the painted film."""

from __future__ import annotations

import io
import logging
import math
import re
from typing import Protocol, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream

from realtime.sinks.encoding import Recipe

LOGGER = logging.getLogger(__name__)

RATES_HZ = {"aac": (48_000, 44_100, 32_000, 22_050, 16_000), "libopus": (48_000,)}
"""Sample rates that are kept; sound of other rates is resampled to 48 kHz."""
TEXT = frozenset({"subrip", "srt", "text", "mov_text", "webvtt", "ass", "ssa"})
"""Subtitles made of text, as FFmpeg calls them."""
MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|\{\\[^}]*\}")


AnyPacket: TypeAlias = "Packet[Stream]"  # generic for type checkers only


class Track(Protocol):
    """One stream on its way into the new file."""

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return what is to be written for a packet of the original."""

    def flush(self) -> list[AnyPacket]:
        """Return what is still held back. Called once, at the end."""


class CopiedTrack:
    """Passes packets on as they are."""

    def __init__(self, template: Stream, container: OutputContainer) -> None:
        self._stream: Stream = container.add_stream_from_template(template)
        label(self._stream, template)

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return the packet itself."""
        packet.stream = self._stream
        return [packet]

    def flush(self) -> list[AnyPacket]:
        """Nothing is held back."""
        return []


class EncodedSound:
    """Decodes and encodes anew, for codecs that the new file cannot hold."""

    def __init__(self, template: AudioStream, container: OutputContainer, codec: str) -> None:
        rate_hz = template.rate if template.rate in RATES_HZ[codec] else 48_000
        stream = container.add_stream(codec, rate=rate_hz)
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is no sound codec")
        stream.layout = "mono" if template.channels == 1 else "stereo"
        label(stream, template)
        self._stream = stream

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return the packets that became complete."""
        try:
            frames = [frame for frame in packet.decode() if isinstance(frame, av.AudioFrame)]
            return [ready for frame in frames for ready in self._stream.encode(frame)]
        except ValueError:
            return []  # damaged, or of another format than before: a gap, not a reason to stop

    def flush(self) -> list[AnyPacket]:
        """Return the last packets."""
        return [*self._stream.encode(None)]


class RewrittenText:
    """Text subtitles in the form that the new file takes."""

    def __init__(self, template: Stream, container: OutputContainer, codec: str) -> None:
        self._from, self._to = _codec_name(template), codec
        self._stream: Stream = container.add_mux_stream(codec)
        if template.time_base is not None:
            self._stream.time_base = template.time_base
        label(self._stream, template)

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return the line in its new form; nothing for the pauses that MP4 writes down."""
        text = plain_text(bytes(packet), self._from)
        if not text:
            return []
        data = text.encode()
        if self._to == "mov_text":
            data = len(data).to_bytes(2, "big") + data
        line: AnyPacket = Packet(data)
        line.stream = self._stream
        line.time_base = packet.time_base
        line.pts = line.dts = packet.pts
        line.duration = packet.duration
        return [line]

    def flush(self) -> list[AnyPacket]:
        """Nothing is held back."""
        return []


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


def make_track(stream: Stream, container: OutputContainer, recipe: Recipe) -> Track | None:
    """Add a stream like one of the original; None, and said, where it cannot be carried over."""
    if _takes(recipe.container, stream):
        return CopiedTrack(stream, container)
    name = _codec_name(stream)
    if isinstance(stream, AudioStream):
        LOGGER.warning(
            "sound is encoded again as %s: a %s file cannot hold %s",
            recipe.sound_codec, recipe.container, name,
        )  # fmt: skip
        return EncodedSound(stream, container, recipe.sound_codec)
    if name in TEXT:
        return RewrittenText(stream, container, recipe.subtitle_codec)
    LOGGER.warning(
        "%s subtitles are left out: a %s file cannot hold them; a .mkv file can",
        name, recipe.container,
    )  # fmt: skip
    return None


def is_carried(stream: Stream) -> bool:
    """Whether a stream of the original is sound or subtitles."""
    return isinstance(stream, AudioStream | SubtitleStream)


def label(stream: Stream, template: Stream) -> None:
    """Keep what tells several tracks apart in a player's menu."""
    stream.disposition = template.disposition
    for key in ("language", "title", "handler_name"):
        if key in template.metadata:
            stream.metadata[key] = template.metadata[key]


def start_seconds(packet: AnyPacket) -> float:
    """Return when a packet begins; packets without a time go out at once."""
    ticks = packet.pts if packet.pts is not None else packet.dts
    return -math.inf if ticks is None else float(ticks * packet.time_base)


def _codec_name(stream: Stream) -> str:
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else "unknown"


def _takes(container_format: str, stream: Stream) -> bool:
    """Whether a kind of file can hold a stream as it is: writes a header and sees."""
    try:
        with av.open(io.BytesIO(), "w", format=container_format) as trial:
            trial.add_stream_from_template(stream)
            trial.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    return True
