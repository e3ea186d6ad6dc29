"""How a film is cut into segments: by the times of its frames, read without decoding them."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import av
from av.stream import Discard

from realtime.errors import BadInputError
from realtime.media import clip
from realtime.sources.video_source import Part

SHORTEST_SEGMENT, LONGEST_SEGMENT = 30, 240
"""In frames. Each segment begins with a keyframe and an encoder that starts: shorter ones make
larger files. What is not whole is painted again after an interruption: longer ones cost minutes
with a slow network at 4K."""
SEGMENTS = 25
"""How many a film has between these bounds."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a film: the frames whose times are in [start, stop)."""

    number: int
    start_seconds: float
    stop_seconds: float
    first_index: int
    """How many frames of the film come before it."""
    frames: int


@dataclass(frozen=True)
class Plan:
    """A film, cut."""

    times: tuple[float, ...]
    """Presentation times in seconds, rising; empty where the file does not tell."""
    last_seconds: float | None
    """For how long the last frame of the last segment is shown, if the file tells."""
    segments: tuple[Segment, ...]

    @property
    def frames(self) -> int | None:
        """How many frames will come; None where the file does not tell."""
        return sum(segment.frames for segment in self.segments) if self.times else None

    def part(self, segments: tuple[Segment, ...], memory: int) -> Part:
        """Return what to read to paint neighbouring segments.

        Args:
            segments: Neighbours, in order.
            memory: How many frames before the first are needed as well.
        """
        first = segments[0]
        index = max(0, first.first_index - memory)
        start = first.start_seconds
        if self.times and index < first.first_index:
            start = self.times[index]
        return Part(start, segments[-1].stop_seconds, index)


def make_plan(
    path: Path,
    *,
    segment_frames: int | None,
    start_seconds: float | None,
    stop_seconds: float | None,
) -> Plan:
    """Scan a film and cut it.

    Args:
        path: The film.
        segment_frames: Frames per segment, the last one has what is left; None: what suits the
            length of the film (see `frames_per_segment`).
        start_seconds: Paint from here on; None: from the beginning.
        stop_seconds: Paint up to here; None: to the end.

    Raises:
        BadInputError: no film, or no frame between the two times.
    """
    start = -math.inf if start_seconds is None else start_seconds
    stop = math.inf if stop_seconds is None else stop_seconds
    times, last_seconds = scan(path)
    if not times:
        # No times to cut at: one segment. `--from` and `--to` hold all the same.
        return Plan((), None, (Segment(0, start, stop, 0, 0),))
    first, last = bisect_left(times, start), bisect_left(times, stop)
    if first >= last:
        raise BadInputError(
            f"{path} has no frame from {max(start, times[0]):g} s to {min(stop, times[-1]):g} s: "
            f"its frames are at {times[0]:.3f} s to {times[-1]:.3f} s"
        )
    segment_frames = segment_frames or frames_per_segment(last - first)
    heads = list(range(first, last, segment_frames))
    starts = [start, *(times[head] for head in heads[1:])]
    ends = [*starts[1:], stop]
    if last < len(times):
        last_seconds = times[last] - times[last - 1]
    return Plan(
        times,
        last_seconds,
        tuple(
            Segment(n, starts[n], ends[n], head, min(segment_frames, last - head))
            for n, head in enumerate(heads)
        ),
    )


def frames_per_segment(frames: int) -> int:
    """Return how long segments are when nobody asked: of short films one or two seconds of work.

    Args:
        frames: In the whole film.
    """
    return max(SHORTEST_SEGMENT, min(LONGEST_SEGMENT, frames // SEGMENTS))


def scan(path: Path) -> tuple[tuple[float, ...], float | None]:
    """Return the presentation times of a film's frames in seconds, rising, without decoding.

    None where a frame has no time: raw streams, some AVI files. Of a damaged file, what can be
    read. And how long the last frame is shown, if the file tells.

    Raises:
        BadInputError: it cannot be read as video.
    """
    lengths: dict[float, float] = {}
    with clip.open_container(path) as container:
        stream = clip.picture_stream(container, path)
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        try:
            for packet in container.demux(stream):
                if packet.size and not packet.is_discard:
                    if packet.pts is None:
                        return (), None
                    length = float((packet.duration or 0) * packet.time_base)
                    lengths[float(packet.pts * packet.time_base)] = length
        except av.FFmpegError:
            pass  # the source will say so when it gets there
    times = tuple(sorted(lengths))
    return times, (lengths[times[-1]] or None) if times else None
