"""What a painted film takes over from its original besides the pictures.

Sound and subtitles, in step with the pictures; chapters, and the file's title and the like.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer, OutputContainer
from av.stream import Discard

from realtime.errors import BadInputError
from realtime.film.cargo import Cargo
from realtime.film.tracks import Outlet, Track, make_track, start_seconds
from realtime.media import clip
from realtime.media.clock import StreamClock
from realtime.media.decoding import DECODE_ERRORS, AnyPacket, packets
from realtime.sinks.encoding import Recipe

LOGGER = logging.getLogger(__name__)

OF_THE_FILE = frozenset(
    {"encoder", "major_brand", "minor_version", "compatible_brands", "duration", "timecode"}
)
"""Metadata that describes the original file, not its content. (From a time code MP4 would make a
track, or refuse to.)"""


@dataclass(frozen=True)
class Window:
    """Which stretch of the original is in the new film; the new one begins at 0 then."""

    start_seconds: float | None = None
    stop_seconds: float = math.inf

    @property
    def shift_seconds(self) -> float:
        """What is taken off all times."""
        return self.start_seconds or 0.0

    def holds(self, seconds: float) -> bool:
        """Whether something that begins then is in it; what has no time (-inf) is."""
        is_early = self.start_seconds is not None and seconds < self.start_seconds
        return seconds == -math.inf or (not is_early and seconds < self.stop_seconds)


class Carried:
    """Sound and subtitles of one file, handed over in step with the pictures."""

    def __init__(
        self,
        original: InputContainer,
        container: OutputContainer,
        recipe: Recipe,
        window: Window,
        cargo: Cargo,
        shifts: Sequence[Fraction],
    ) -> None:
        """Add streams for what is taken along.

        Args:
            original: The clip.
            container: The new film; its header is not written yet.
            recipe: What kind of file it is.
            window: Which part of the clip is in it.
            cargo: Which streams, and how.
            shifts: What is added to the clip's times (`clock.PictureClock.shifts`).
        """
        self._original, self._window = original, window
        self._tracks: dict[int, _Line] = {}
        streams = list(original.streams)
        for index, way in cargo.ways:
            track = make_track(way, streams[index], container, recipe)
            self._tracks[index] = _Line(track, Outlet(container), StreamClock(shifts))
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
        """Write what the encoders still hold; nothing may follow.

        Raises:
            av.FFmpegError: it could not be written.
        """
        for line in self._tracks.values():
            line.flush()

    def close(self) -> None:
        """Close the original."""
        self._original.close()

    def _read(self) -> AnyPacket | None:
        """Return the next packet of the window, in the film's time; None where reading ends."""
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
    """One stream from the original's file to the new one."""

    track: Track
    outlet: Outlet
    clock: StreamClock
    latest: Fraction | None = None
    """When its last packet began, in the film's time."""

    def write(self, packet: AnyPacket) -> None:
        for ready in self.track.convert(packet):
            self.outlet.mux(ready)

    def flush(self) -> None:
        for ready in self.track.flush():
            self.outlet.mux(ready)


def open_carried(
    path: Path,
    container: OutputContainer,
    recipe: Recipe,
    window: Window,
    cargo: Cargo,
    shifts: Sequence[Fraction],
) -> Carried | None:
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
    return Carried(original, container, recipe, window, cargo, shifts)


def _chapters(
    original: InputContainer, window: Window, to_film: Fraction
) -> list[dict[str, object]]:
    """Cut the chapters to the window."""
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
