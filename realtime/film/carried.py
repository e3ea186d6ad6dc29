"""What a painted film takes over from its original besides the pictures.

Sound and subtitles, in step with the pictures; chapters, and the file's title and the like.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.stream import Discard

from realtime.film.tracks import AnyPacket, Track, is_carried, make_track, start_seconds
from realtime.sinks.encoding import Recipe

LOGGER = logging.getLogger(__name__)

OF_THE_FILE = frozenset(
    {"encoder", "major_brand", "minor_version", "compatible_brands", "duration"}
)
"""Metadata that describes the original file, not its content."""


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
        self, original: InputContainer, container: OutputContainer, recipe: Recipe, window: Window
    ) -> None:
        self._original, self._container, self._window = original, container, window
        self._tracks: dict[int, Track] = {}
        for stream in original.streams:
            track = make_track(stream, container, recipe) if is_carried(stream) else None
            if track is not None:
                self._tracks[stream.index] = track
        for stream in original.streams:
            if stream.index not in self._tracks:
                stream.discard = Discard.all  # spares reading the pictures a second time
        wanted = [s for s in original.streams if s.index in self._tracks]
        self._packets = original.demux(wanted) if wanted else iter(())
        self._next = self._read()

    def mux_until(self, seconds: float) -> None:
        """Write all that starts at or before a time of the original.

        Raises:
            av.FFmpegError: it could not be written.
        """
        while self._next is not None and start_seconds(self._next) <= seconds:
            for packet in self._tracks[self._next.stream_index].convert(self._shifted(self._next)):
                self._container.mux(packet)
            self._next = self._read()

    def flush(self) -> None:
        """Write what the encoders still hold; nothing may follow.

        Raises:
            av.FFmpegError: it could not be written.
        """
        for track in self._tracks.values():
            for packet in track.flush():
                self._container.mux(packet)

    def close(self) -> None:
        """Close the original."""
        self._original.close()

    def _read(self) -> AnyPacket | None:
        """Return the next packet of the window; None at the end, or when reading fails."""
        try:
            for packet in self._packets:
                if packet.size and self._window.holds(start_seconds(packet)):
                    return packet
        except av.FFmpegError as exc:
            LOGGER.warning("the sound of the original ends early: %s", exc.strerror)
        return None

    def _shifted(self, packet: AnyPacket) -> AnyPacket:
        if shift := self._window.shift_seconds:
            ticks = round(Fraction(shift) / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts - ticks
            packet.dts = None if packet.dts is None else packet.dts - ticks
        return packet


def open_carried(
    path: Path, container: OutputContainer, recipe: Recipe, window: Window
) -> Carried | None:
    """Add streams for the sound and the subtitles of a file to a new one, and its chapters.

    Returns None, with a warning, when it cannot be read: a silent painting is better than none.
    """
    try:
        original = av.open(f"file:{path}", "r")
    except (av.FFmpegError, OSError) as exc:
        LOGGER.warning("no sound: %s could not be opened (%s)", path, exc)
        return None
    for key, value in original.metadata.items():
        if key.lower() not in OF_THE_FILE:
            container.metadata[key] = value
    chapters = _chapters(original, window)
    if chapters:
        container.set_chapters(chapters)  # type: ignore[arg-type]
    return Carried(original, container, recipe, window)


def _chapters(original: InputContainer, window: Window) -> list[dict[str, object]]:
    """Cut the chapters to the window."""
    chapters: list[dict[str, object]] = []
    for chapter in original.chapters():
        base, shift = chapter["time_base"] or Fraction(1, 1000), window.shift_seconds
        start, end = (float(chapter[key] * base) for key in ("start", "end"))
        start, end = max(start - shift, 0.0), min(end, window.stop_seconds) - shift
        if end <= start:
            continue
        ticks = {"start": round(start / base), "end": round(end / base)}
        chapters.append({**chapter, **ticks, "time_base": base})
    return chapters
