"""Muxes the audio, subtitles and metadata of the original into the painted film.

Sound and subtitles, muxed in step with the pictures, copied, encoded again or rewritten; chapters,
and the file's title and the like.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Discard, Stream

from realtime.errors import BadInputError
from realtime.film.audio_resampler import AudioResampler
from realtime.film.subtitles import RewrittenText
from realtime.media import clip
from realtime.media.clock import StreamClock
from realtime.media.decoding import DECODE_ERRORS, AnyPacket, packets
from realtime.media.stream import codec_name, label
from realtime.ports import Closing
from realtime.sinks.encoding import Recipe

RATES_HZ = {"aac": (48_000, 44_100, 32_000, 22_050, 16_000), "libopus": (48_000,)}
"""Sample rates that are kept; sound of other rates is resampled to 48 kHz."""

TS_NONSTRICT = 0x20000
"""FFmpeg's flag of formats that take several packets of one time."""


class Track(Protocol):
    """Converts the packets of one stream for the new file."""

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return the packets to write for a packet of the original."""

    def flush(self) -> list[AnyPacket]:
        """Return the remaining packets. Called once, at the end."""


class CopiedTrack:
    """Copies packets unchanged."""

    def __init__(self, template: Stream, container: OutputContainer) -> None:
        self._stream: Stream = container.add_stream_from_template(template)
        label(self._stream, template)

    def convert(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return the packet itself."""
        packet.stream = self._stream
        return [packet]

    def flush(self) -> list[AnyPacket]:
        """Nothing is buffered."""
        return []


class EncodedSound:
    """Transcodes audio whose codec the new file cannot hold.

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
        self._steady = AudioResampler(rate_hz, stream.layout.name)

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


class StreamMode(Enum):
    """How a stream is transferred to the new file."""

    COPIED = auto()
    ENCODED = auto()
    """Transcoded audio."""
    FILLED = auto()
    """Uncompressed sound as it is, with silence in its holes."""
    REWRITTEN = auto()
    """Text subtitles, in another form."""


def make_track(
    way: StreamMode, stream: Stream, container: OutputContainer, recipe: Recipe
) -> Track:
    """Add a stream like one of the original to a new file.

    Raises:
        ValueError, av.FFmpegError: the file cannot hold it so.
    """
    if way is StreamMode.COPIED:
        return CopiedTrack(stream, container)
    if way is StreamMode.REWRITTEN:
        return RewrittenText(stream, container, recipe.subtitle_codec)
    if not isinstance(stream, AudioStream):
        raise ValueError(f"{codec_name(stream)} is no sound")
    codec = codec_name(stream) if way is StreamMode.FILLED else recipe.sound_codec
    return EncodedSound(stream, container, codec)


class OrderedMuxer:
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
    """Rescale a packet's timestamps to another time base."""
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


LOGGER = logging.getLogger(__name__)

OF_THE_FILE = frozenset(
    {"encoder", "major_brand", "minor_version", "compatible_brands", "duration", "timecode"}
)
"""Metadata that describes the original file, not its content. (From a time code MP4 would make a
track, or refuse to.)"""


@dataclass(frozen=True)
class StreamPlan:
    """Which audio and subtitle streams are muxed, and how."""

    ways: tuple[tuple[int, StreamMode], ...] = ()
    """Index of each stream that is taken along, and how."""
    sound: frozenset[int] = frozenset()
    """Which of them are sound."""
    notes: tuple[str, ...] = ()
    """What a user should know, in whole sentences."""

    def lighter(self) -> Iterator[StreamPlan | None]:
        """Yield this plan, then the plans to fall back to where a file cannot be written with it.

        The last is None: nothing at all, neither titles nor chapters.
        """
        yield self
        yield replace(self, ways=tuple((index, StreamMode.ENCODED) for index in sorted(self.sound)))
        yield None


@dataclass(frozen=True)
class TimeRange:
    """The part of the original that is in the new film, which begins at 0."""

    start_seconds: float | None = None
    stop_seconds: float = math.inf

    @property
    def shift_seconds(self) -> float:
        """What is subtracted from all times."""
        return self.start_seconds or 0.0

    def holds(self, seconds: float) -> bool:
        """Whether a time is in the range; -inf (no timestamp) is."""
        is_early = self.start_seconds is not None and seconds < self.start_seconds
        return seconds == -math.inf or (not is_early and seconds < self.stop_seconds)


class StreamCopy(Closing):
    """Muxes audio and subtitles of one file, interleaved with the pictures."""

    def __init__(
        self,
        original: InputContainer,
        container: OutputContainer,
        recipe: Recipe,
        window: TimeRange,
        stream_plan: StreamPlan,
        shifts: Sequence[Fraction],
    ) -> None:
        """Add the streams of the plan.

        Args:
            original: The clip.
            container: The new film; its header is not written yet.
            recipe: What kind of file it is.
            window: Which part of the clip is in it.
            stream_plan: Which streams, and how.
            shifts: What is added to the clip's times (`clock.PictureClock.shifts`).
        """
        self._original, self._window = original, window
        self._tracks: dict[int, _Line] = {}
        streams = list(original.streams)
        for index, way in stream_plan.ways:
            track = make_track(way, streams[index], container, recipe)
            self._tracks[index] = _Line(track, OrderedMuxer(container), StreamClock(shifts))
        for stream in streams:
            if stream.index not in self._tracks:
                stream.discard = Discard.all  # spares reading the pictures a second time
        wanted = [stream for stream in streams if stream.index in self._tracks]
        self._packets = packets(original, *wanted) if wanted else iter(())
        self._latest: Fraction | None = None
        self._next = self._read()

    def mux_until(self, seconds: float) -> None:
        """Write all that starts at or before a time of the original.

        Raises:
            av.FFmpegError: it could not be written.
        """
        while self._next is not None and start_seconds(self._next) <= seconds:
            line = self._tracks[self._next.stream_index]
            line.write(self._moved(self._next, -self._window.shift_seconds))
            self._next = self._read()

    def flush(self) -> None:
        """Flush the encoders; nothing may follow.

        Raises:
            av.FFmpegError: it could not be written.
        """
        for line in self._tracks.values():
            line.flush()

    def close(self) -> None:
        """Close the original."""
        self._original.close()

    def _read(self) -> AnyPacket | None:
        """Return the next packet of the range, in the film's time; None: there are no more."""
        try:
            for packet in self._packets:
                if packet.size:
                    self._to_film_time(packet)
                    if self._window.holds(start_seconds(packet)):
                        return packet
        except DECODE_ERRORS as exc:
            LOGGER.warning("the sound of the original ends early: %s", exc)
        return None

    def _to_film_time(self, packet: AnyPacket) -> None:
        ticks = packet.pts if packet.pts is not None else packet.dts
        if ticks is None:
            return
        line, stored = self._tracks[packet.stream_index], ticks * packet.time_base
        is_sound = packet.stream.type == "audio"
        # Sound follows itself without a gap; subtitles are where the sound is.
        shift = line.clock.shift(stored, line.latest if is_sound else self._latest)
        line.latest = self._latest = stored + shift
        self._moved(packet, shift)

    @staticmethod
    def _moved(packet: AnyPacket, seconds: float | Fraction) -> AnyPacket:
        if seconds:
            ticks = round(Fraction(seconds) / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks
        return packet


@dataclass
class _Line:
    """One stream of the original and its target."""

    track: Track
    outlet: OrderedMuxer
    clock: StreamClock
    latest: Fraction | None = None
    """When its last packet began, in the film's time."""

    def write(self, packet: AnyPacket) -> None:
        for ready in self.track.convert(packet):
            self.outlet.mux(ready)

    def flush(self) -> None:
        for ready in self.track.flush():
            self.outlet.mux(ready)


def open_stream_copy(
    path: Path,
    container: OutputContainer,
    recipe: Recipe,
    window: TimeRange,
    stream_plan: StreamPlan,
    shifts: Sequence[Fraction],
) -> StreamCopy | None:
    """Add streams for the sound and the subtitles of a file to a new one, and its chapters.

    Returns None, with a warning, when it cannot be read: a silent painting is better than none.
    """
    try:
        original = clip.open_container(path)
    except BadInputError as exc:
        LOGGER.warning("no sound: %s", exc)
        return None
    for key, value in original.metadata.items():
        if key.lower() not in OF_THE_FILE:
            container.metadata[key] = value
    chapters = _chapters(original, window, shifts[0] if shifts else Fraction(0))
    if chapters:
        container.set_chapters(chapters)  # type: ignore[arg-type]
    return StreamCopy(original, container, recipe, window, stream_plan, shifts)


def _chapters(
    original: InputContainer, window: TimeRange, to_film: Fraction
) -> list[dict[str, object]]:
    """Cut the chapters to the range."""
    chapters: list[dict[str, object]] = []
    for chapter in original.chapters():
        base, shift = chapter["time_base"] or Fraction(1, 1000), window.shift_seconds
        start, end = (float(chapter[key] * base + to_film) for key in ("start", "end"))
        start, end = max(start - shift, 0.0), min(end, window.stop_seconds) - shift
        if end <= start:
            continue
        ticks = {"start": round(start / base), "end": round(end / base)}
        chapters.append({**chapter, **ticks, "time_base": base})
    return chapters
