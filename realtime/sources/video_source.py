"""Source of the frames of a video file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from realtime.errors import BadInputError, SourceError
from realtime.frame import MIN_SIDE_PX, Frame
from realtime.media import clip
from realtime.media.clock import PictureClock
from realtime.media.colour import HDR_TRANSFERS, ColourTags, RgbReader
from realtime.media.decoding import AnyPacket, decode
from realtime.media.orientation import display_matrix, is_sideways, turn_upright
from realtime.media.programmes import programme_streams
from realtime.ports import Closing, Size

CLEARLY_SHORT = 0.9
"""Less than this part of what the header promises, and the file was cut off."""


@dataclass(frozen=True)
class ClipRange:
    """Which frames of a video to read."""

    start_seconds: float = -math.inf
    """Time of the film from which on frames are read."""
    stop_seconds: float = math.inf
    """Presentation time from which on they are not."""
    first_index: int = 0
    """What the first one counts as."""
    may_seek: bool = True
    """False: read from the beginning, because the file's times do not tell where a frame is."""


WHOLE = ClipRange()


class VideoSource(Closing):
    """Reads a video file from its first frame to its last; nothing is dropped.

    Times are the film's: its sound or its pictures, whichever come first, begin at 0.

    Attributes:
        path: The file.
        rate_fps: Average frames per second.
        duration_seconds: Length of the video according to the header, or None.
        frame_count: Frames according to the header, or duration times rate, or None.
        pixel_aspect: Width / height of one pixel of the upright picture, or None.
        has_b_frames: Whether pictures are stored in another order than they are shown.
        notes: What a user should know about this file, in whole sentences.
        damaged: How many packets could not be decoded so far.
    """

    live = False

    def __init__(self, path: Path, part: ClipRange = WHOLE) -> None:
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
            with clip.parser_errors(path):
                self._look()
        except BaseException:
            self._container.close()
            raise

    def _look(self) -> None:
        self._stream = clip.picture_stream(self._container, self.path)
        # Facts are kept as plain values: the stream's own are gone once the file is closed.
        self.rate_fps = clip.rate_fps(self._stream)
        self._clock = self._new_clock()
        self._decoded = self._decode()
        self._first: av.VideoFrame | None = self._first_picture()
        self.notes = clip.clip_warnings(self._container, self._first)
        self._size = self._first.width, self._first.height
        self.has_b_frames = bool(self._stream.codec_context.has_b_frames)
        self._is_sideways = is_sideways(display_matrix(self._first))
        self._own_seconds = clip.own_seconds(self._container, self._stream)
        self.duration_seconds = self._own_seconds or clip.container_seconds(self._container)
        self.frame_count = self._expected_frames()
        self.pixel_aspect: Fraction | None = clip.pixel_aspect(self._stream, self._first)

    def _new_clock(self) -> PictureClock:
        sounds = [
            stream.start_time * stream.time_base
            for stream in programme_streams(self._container, self._stream, self.path)
            if stream.type == "audio" and stream.start_time is not None and stream.time_base
        ]
        return PictureClock(
            self._stream.time_base or Fraction(1, 90_000),
            rate_fps=self.rate_fps,
            sound_start=min(sounds, default=None),
            is_broadcast=clip.is_broadcast(self._container),
        )

    def clock(self) -> PictureClock:
        """Return the clock of this film's pictures, at its beginning."""
        clock = self._new_clock()
        if self._first is not None:
            clock.seconds(self._first.pts)
            clock.restart()
        return clock

    def _decode(self) -> Iterator[av.VideoFrame]:
        return decode(self._container, self._stream, self._count_damage, self._see)

    def _see(self, packet: AnyPacket) -> None:
        self._clock.see_packet(packet.dts)

    def _skip_to(self, seconds: float) -> None:
        """Seek to the last keyframe before a time; if the file's index is wrong, to the start."""
        time_base, first = self._stream.time_base, self._first
        if not self._part.may_seek or time_base is None or first is None or first.pts is None:
            return
        self._clock = self.clock()
        tick = self._clock.origin + math.floor(Fraction(seconds) / time_base)
        try:
            self._container.seek(tick, stream=self._stream, backward=True)
            self._decoded = self._decode()
            self._first = next(self._decoded, None)
        except (av.FFmpegError, OSError):
            self._first = None
        if self._first is None or self._first.pts is None or self._first.pts > tick:
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
        first = next(self._decoded, None)
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
        count, end_seconds = part.first_index, 0.0
        try:
            for picture in self._pictures():
                pts_seconds = self._clock.seconds(picture.pts)
                if pts_seconds < part.start_seconds:
                    continue
                if pts_seconds >= part.stop_seconds:
                    return
                pixels = reader.read(picture, *self._size)
                yield Frame(turn_upright(pixels, display_matrix(picture)), count, pts_seconds)
                count += 1
                end_seconds = pts_seconds + self._lasts(picture)
        except (av.FFmpegError, OSError) as exc:
            raise self._cut_off(count) from exc
        if self._is_short(count, end_seconds):
            raise self._cut_off(count)

    def _pictures(self) -> Iterator[av.VideoFrame]:
        if self._first is not None:
            yield self._first
            self._first = None
        yield from self._decoded

    def _lasts(self, picture: av.VideoFrame) -> float:
        """Return the duration of a picture in seconds."""
        stored = float(picture.duration * picture.time_base) if picture.time_base else 0.0
        return stored or 1 / self.rate_fps

    def _is_short(self, count: int, end_seconds: float) -> bool:
        # Both must be short: edit lists hide frames that the header counts, and with uneven times
        # the expected number is a guess.
        # Some containers count the time before the first frame as duration, some do not.
        expected, duration = self.frame_count, self.duration_seconds
        if expected is None or duration is None or clip.is_broadcast(self._container):
            return False  # the length of a broadcast is guessed from its last times
        end_seconds += max(0.0, -float(next(iter(self._clock.shifts), 0)))
        if count >= CLEARLY_SHORT * expected or end_seconds >= CLEARLY_SHORT * duration:
            return False
        # The container's length is that of its longest stream, which may be the sound.
        is_own = self._own_seconds is not None
        return is_own or not clip.has_packets_after(self.path, CLEARLY_SHORT * duration)

    def _cut_off(self, count: int) -> SourceError:
        expected = self.frame_count
        of_how_many = f" of {expected}" if expected else ""
        return SourceError(
            f"{self.path.name} is cut off or damaged: {count}{of_how_many} frames could be read; "
            "what was painted of them is kept. Download or copy the file again for the rest."
        )

    def close(self) -> None:
        """Close the file."""
        self._container.close()


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
