"""Sound and subtitles on their way from the original into the painted film."""

from __future__ import annotations

import math
from enum import Enum, auto
from fractions import Fraction
from typing import Protocol

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Stream

from realtime.film.steady_sound import SteadySound
from realtime.film.subtitles import RewrittenText
from realtime.media.decoding import AnyPacket
from realtime.media.stream import codec_name, label
from realtime.sinks.encoding import Recipe

RATES_HZ = {"aac": (48_000, 44_100, 32_000, 22_050, 16_000), "libopus": (48_000,)}
"""Sample rates that are kept; sound of other rates is resampled to 48 kHz."""

TS_NONSTRICT = 0x20000
"""FFmpeg's flag of formats that take several packets of one time."""


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
    """Decodes and encodes anew, for codecs that the new file cannot hold.

    Uncompressed sound stays the same bit for bit, but for silence in its holes: files that store
    samples without times need it.
    """

    def __init__(self, template: AudioStream, container: OutputContainer, codec: str) -> None:
        """Add a stream to a new file.

        Args:
            template: The sound of the original.
            container: The file.
            codec: FFmpeg's name of the new codec; one of `RATES_HZ`, or the original's own.
        """
        is_kept = codec not in RATES_HZ
        rate_hz = template.rate if is_kept or template.rate in RATES_HZ[codec] else 48_000
        stream = container.add_stream(codec, rate=rate_hz)
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is no sound codec")
        few = "mono" if template.channels == 1 else "stereo"
        stream.layout = template.layout.name if is_kept else few
        label(stream, template)
        self._stream = stream
        self._steady = SteadySound(rate_hz, stream.layout.name)

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return the packets that became complete."""
        try:
            frames = [frame for frame in packet.decode() if isinstance(frame, av.AudioFrame)]
            steady = [ready for frame in frames for ready in self._steady.push(frame)]
            return [ready for frame in steady for ready in self._stream.encode(frame)]
        except ValueError:
            return []  # damaged: a gap, not a reason to stop

    def flush(self) -> list[AnyPacket]:
        """Return the last packets."""
        last = [ready for frame in self._steady.end() for ready in self._stream.encode(frame)]
        return [*last, *self._stream.encode(None)]


class Way(Enum):
    """How a stream of the original gets into the new file."""

    COPIED = auto()
    ENCODED = auto()
    """Sound, anew."""
    FILLED = auto()
    """Uncompressed sound as it is, with silence in its holes."""
    REWRITTEN = auto()
    """Text subtitles, in another form."""


def make_track(way: Way, stream: Stream, container: OutputContainer, recipe: Recipe) -> Track:
    """Add a stream like one of the original to a new file.

    Raises:
        ValueError, av.FFmpegError: the file cannot hold it so.
    """
    if way is Way.COPIED:
        return CopiedTrack(stream, container)
    if way is Way.REWRITTEN:
        return RewrittenText(stream, container, recipe.subtitle_codec)
    if not isinstance(stream, AudioStream):
        raise ValueError(f"{codec_name(stream)} is no sound")
    codec = codec_name(stream) if way is Way.FILLED else recipe.sound_codec
    return EncodedSound(stream, container, codec)


class Outlet:
    """Writes the packets of one stream, each later than the one before.

    Muxers insist on it. Recordings that were cut or joined carelessly have packets with one time,
    or an earlier one: these are lifted by one tick of the new file's clock, as FFmpeg's own program
    does.
    """

    def __init__(self, container: OutputContainer, *, strict: bool = False) -> None:
        """Write into a file.

        Args:
            container: The file.
            strict: Refuse damaged packets; else they are left out, as a player would.
        """
        self._container, self._strict = container, strict
        # Matroska takes several packets of one time, as of subtitles that are shown together.
        self._step = 0 if container.format.flags & TS_NONSTRICT else 1
        self._last: int | None = None

    def mux(self, packet: AnyPacket) -> None:
        """Write a packet; the file's header is written already.

        Raises:
            av.FFmpegError: it could not be written.
        """
        _change_clock(packet, packet.stream.time_base)
        decoded = packet.pts if packet.dts is None else packet.dts
        if decoded is not None:
            if self._last is not None:
                decoded = max(decoded, self._last + self._step)
            self._last = packet.dts = decoded
            packet.pts = decoded if packet.pts is None else max(packet.pts, decoded)
        try:
            self._container.mux(packet)
        except av.InvalidDataError:
            if self._strict:
                raise


def _change_clock(packet: AnyPacket, base: Fraction | None) -> None:
    """Write a packet's times in another unit."""
    if base is None or packet.time_base == base:
        return
    factor = packet.time_base / base
    packet.pts = None if packet.pts is None else round(packet.pts * factor)
    packet.dts = None if packet.dts is None else round(packet.dts * factor)
    packet.duration = round((packet.duration or 0) * factor)
    packet.time_base = base


def start_seconds(packet: AnyPacket) -> float:
    """Return when a packet begins; packets without a time go out at once."""
    ticks = packet.pts if packet.pts is not None else packet.dts
    return -math.inf if ticks is None else float(ticks * packet.time_base)
