"""A video file, frame by frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from realtime.errors import BadInputError, SourceError
from realtime.frame import MIN_SIDE_PX, Frame
from realtime.media import clip
from realtime.media.colour import HDR_TRANSFERS, ColourTags, RgbReader
from realtime.media.orientation import display_matrix, is_sideways, turn_upright
from realtime.sources import Size

USUAL_RATE_FPS = 25.0
MATROSKA_DURATION = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
"""How Matroska tags the length of one stream; its header knows that of the longest only."""
CLEARLY_SHORT = 0.9
"""Less than this part of what the header promises, and the file was cut off."""


@dataclass(frozen=True)
class Part:
    """Which frames of a video to read."""

    start_seconds: float = -math.inf
    """Presentation time from which on frames are read."""
    stop_seconds: float = math.inf
    """Presentation time from which on they are not."""
    first_index: int = 0
    """What the first one counts as."""


WHOLE = Part()


class VideoSource:
    """Reads a video file from its first frame to its last; nothing is dropped.

    Attributes:
        path: The file.
        rate_fps: Average frames per second.
        duration_seconds: Length of the video according to the header, or None.
        frame_count: Frames according to the header, or duration times rate, or None.
        pixel_aspect: Width / height of one pixel of the upright picture, or None.
        notes: What a user should know about this file, in whole sentences.
        damaged: How many packets could not be decoded so far.
    """

    live = False

    def __init__(self, path: Path, part: Part = WHOLE) -> None:
        self.path = path
        self.damaged = 0
        self._part = part
        self._open()
        if part.start_seconds > -math.inf:
            self._skip_to(part.start_seconds)

    def _open(self) -> None:
        path = self.path
        self._container = clip.open_container(path)
        try:
            self._stream = clip.picture_stream(self._container, path)
            self._decoded = clip.decode(self._container, self._stream, self._count_damage)
            self._first: av.VideoFrame | None = self._first_picture()
            self.notes = clip.notes_on(self._container, self._first)
            self._size = self._first.width, self._first.height
            self._is_sideways = is_sideways(display_matrix(self._first))
            # Facts are kept as plain values: the stream's own are gone once the file is closed.
            self.rate_fps = _rate_fps(self._stream)
            self.duration_seconds = _duration_seconds(self._container, self._stream)
            self.frame_count = self._expected_frames()
            self.pixel_aspect: Fraction | None = clip.pixel_aspect(self._stream, self._first)
        except BaseException:
            self._container.close()
            raise

    def _skip_to(self, seconds: float) -> None:
        """Go to the last keyframe before a time; where the file's index is wrong, to the start."""
        time_base, first = self._stream.time_base, self._first
        if time_base is None or first is None or _stored_seconds(first) is None:
            return
        try:
            tick = math.floor(Fraction(seconds) / time_base)
            self._container.seek(tick, stream=self._stream, backward=True)
            self._decoded = clip.decode(self._container, self._stream, self._count_damage)
            self._first = next(self._decoded, None)
        except av.FFmpegError:
            self._first = None
        reached = None if self._first is None else _stored_seconds(self._first)
        if reached is None or reached > seconds:
            self._container.close()
            self._open()

    def _count_damage(self) -> None:
        self.damaged += 1

    @property
    def size(self) -> Size:
        """Width and height of the upright frames."""
        width, height = self._size
        return (height, width) if self._is_sideways else (width, height)

    def _first_picture(self) -> av.VideoFrame:
        try:
            first = next(self._decoded, None)
        except av.FFmpegError as exc:
            raise BadInputError(f"{self.path} {clip.INCOMPLETE}") from exc
        if first is None:
            raise BadInputError(f"{self.path} {clip.NO_PICTURE}")
        if min(first.width, first.height) < MIN_SIDE_PX:
            raise BadInputError(
                f"{self.path} is {first.width}x{first.height} pixels, "
                f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX}: give a larger video"
            )
        if hdr := HDR_TRANSFERS.get(ColourTags.of(first).transfer):
            raise BadInputError(
                f"{self.path} is HDR video, {hdr}: its colours would come out grey and dull. "
                "Map it to SDR first: ffmpeg -i IN -vf zscale=t=linear:npl=100,tonemap=hable,"
                "zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p -c:a copy OUT.mp4"
            )
        return first

    def _expected_frames(self) -> int | None:
        if self._stream.frames > 0:
            return self._stream.frames
        seconds = self.duration_seconds
        return None if seconds is None else round(seconds * self.rate_fps)

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames of the part upright, all of one size, at their stored times.

        Raises:
            SourceError: the file is cut off or cannot be read any further.
        """
        reader, part = RgbReader(), self._part
        count, pts_seconds, end_seconds = part.first_index, None, 0.0
        try:
            for picture in self._pictures():
                pts_seconds = self._time_of(picture, pts_seconds)
                if pts_seconds < part.start_seconds:
                    continue
                if pts_seconds >= part.stop_seconds:
                    return
                pixels = reader.read(picture, *self._size)
                yield Frame(turn_upright(pixels, display_matrix(picture)), count, pts_seconds)
                count += 1
                end_seconds = pts_seconds + self._lasts(picture)
        except av.FFmpegError as exc:
            raise self._cut_off(count) from exc
        if self._is_short(count, end_seconds):
            raise self._cut_off(count)

    def _pictures(self) -> Iterator[av.VideoFrame]:
        if self._first is not None:
            yield self._first
            self._first = None
        yield from self._decoded

    def _time_of(self, picture: av.VideoFrame, previous: float | None) -> float:
        """Return the stored time; where there is none, or it goes back, one frame further on."""
        stored = _stored_seconds(picture)
        if stored is not None and (previous is None or stored > previous):
            return stored
        return 0.0 if previous is None else previous + 1 / self.rate_fps

    def _lasts(self, picture: av.VideoFrame) -> float:
        """Return for how many seconds a picture is seen."""
        stored = float(picture.duration * picture.time_base) if picture.time_base else 0.0
        return stored or 1 / self.rate_fps

    def _is_short(self, count: int, end_seconds: float) -> bool:
        # Both must be short: edit lists hide frames that the header counts, the duration may be
        # that of a longer sound track, and with uneven times the expected number is a guess.
        # (Some containers count the time before the first frame as duration, some do not.)
        expected, duration = self.frame_count, self.duration_seconds
        if expected is None or duration is None:
            return False
        return count < CLEARLY_SHORT * expected and end_seconds < CLEARLY_SHORT * duration

    def _cut_off(self, count: int) -> SourceError:
        expected = self.frame_count
        of_how_many = f" of {expected}" if expected else ""
        return SourceError(
            f"{self.path.name} is cut off or damaged: {count}{of_how_many} frames could be read; "
            "what was painted of them is kept.\nDownload or copy the file again for the rest."
        )

    def close(self) -> None:
        """Close the file."""
        self._container.close()


def _stored_seconds(picture: av.VideoFrame) -> float | None:
    if picture.pts is None or picture.time_base is None:
        return None
    return float(picture.pts * picture.time_base)


def _rate_fps(stream: VideoStream) -> float:
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else USUAL_RATE_FPS


def _duration_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if match := MATROSKA_DURATION.fullmatch(stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = match.groups()
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    return container.duration / av.time_base if container.duration else None


def open_source(
    address: str, *, size: Size | None = None, rate_fps: float | None = None
) -> VideoSource:
    """Open a video file.

    Args:
        address: Its path.
        size: Ignored: a file keeps its own size.
        rate_fps: Ignored likewise.

    Raises:
        BadInputError: there is no such file, or it cannot be read as video.
    """
    del size, rate_fps
    return VideoSource(Path(address))
