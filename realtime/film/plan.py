"""Plans the segments of a film from its frames' timestamps, read without decoding."""

from __future__ import annotations

import contextlib
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from av.stream import Discard

from realtime.errors import BadInputError
from realtime.media import clip
from realtime.media.decoding import (
    DECODE_ERRORS,
    WITHOUT_PRESENTATION_TIMES,
    is_repeat,
    packets,
    stored_tick,
)
from realtime.sources.video_source import ClipRange, VideoSource

UNSEEKABLE_SEGMENTS = 64
"""The most segments where each must be read from the film's beginning on, about."""

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
class Scan:
    """Timestamps of a film's pictures, by its packets."""

    times: tuple[float, ...] = ()
    """Presentation times in seconds, rising; empty where a picture has none."""
    heads: tuple[int, ...] = ()
    """At which of them a segment may begin."""
    last_seconds: float | None = None
    """How long the last picture is shown, if the file tells."""
    shifts: tuple[Fraction, ...] = ()
    """What is added to the times of each of the file's clocks (`clock.PictureClock`)."""
    may_seek: bool = True


@dataclass(frozen=True)
class SegmentPlan:
    """The segments of a film."""

    times: tuple[float, ...]
    """Presentation times in seconds, rising; empty where the file does not tell."""
    last_seconds: float | None
    """For how long the last frame of the last segment is shown, if the file tells."""
    segments: tuple[Segment, ...]
    scan: Scan

    @property
    def frames(self) -> int | None:
        """How many frames will come; None: not known."""
        return sum(segment.frames for segment in self.segments) if self.times else None

    def part(self, segments: tuple[Segment, ...], memory: int) -> ClipRange:
        """Return what to read to paint consecutive segments.

        Args:
            segments: Neighbours, in order.
            memory: How many frames before the first are needed as well.
        """
        first = segments[0]
        index, start = first.first_index, first.start_seconds
        if self.times and memory and index:
            heads = self.scan.heads
            index = heads[max(0, bisect_right(heads, max(0, index - memory)) - 1)]
            start = self.times[index]
        return ClipRange(start, segments[-1].stop_seconds, index, self.scan.may_seek)


def make_plan(
    path: Path,
    *,
    segment_frames: int | None,
    start_seconds: float | None,
    stop_seconds: float | None,
) -> SegmentPlan:
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
    scanned = scan(path)
    times, last_seconds = scanned.times, scanned.last_seconds
    if not times:
        # No times to cut at: one segment. `--from` and `--to` hold all the same.
        return SegmentPlan((), None, (Segment(0, start, stop, 0, 0),), scanned)
    first, last = bisect_left(times, start), bisect_left(times, stop)
    if first >= last:
        raise BadInputError(
            f"{path} has no frame from {max(start, times[0]):g} s to {min(stop, times[-1]):g} s: "
            f"its frames are at {times[0]:.3f} s to {times[-1]:.3f} s"
        )
    segment_frames = segment_frames or frames_per_segment(last - first)
    if not scanned.may_seek:
        segment_frames = max(segment_frames, (last - first) // UNSEEKABLE_SEGMENTS)
    heads = _heads(first, last, segment_frames, scanned.heads)
    starts = [start, *(times[head] for head in heads[1:])]
    ends = [*starts[1:], stop]
    if last < len(times):
        last_seconds = times[last] - times[last - 1]
    return SegmentPlan(
        times,
        last_seconds,
        tuple(
            Segment(n, starts[n], ends[n], head, after - head)
            for n, (head, after) in enumerate(pairwise([*heads, last]))
        ),
        scanned,
    )


def _heads(first: int, last: int, segment_frames: int, allowed: Sequence[int]) -> list[int]:
    """Return where segments begin: every n frames, or at the next frame that may begin one."""
    heads = [first]
    while (wanted := heads[-1] + segment_frames) < last:
        after = bisect_left(allowed, wanted)
        if after == len(allowed) or allowed[after] >= last:
            break
        heads.append(allowed[after])
    return heads


def frames_per_segment(frames: int) -> int:
    """Return the default length of segments: of short films one or two seconds of work.

    Args:
        frames: In the whole film.
    """
    return max(SHORTEST_SEGMENT, min(LONGEST_SEGMENT, frames // SEGMENTS))


def scan(path: Path) -> Scan:
    """Read the timestamps of a film's pictures without decoding them, as far as they can be.

    Raises:
        BadInputError: it cannot be read as video.
    """
    source = VideoSource(path)
    clock = source.clock()
    source.close()
    origin = clock.shifts[:1]
    clocks: list[list[int]] = [[]]
    lasts: dict[int, float] = {}
    with clip.open_container(path) as container:
        stream = clip.picture_stream(container, path)
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        is_timed = container.format.name not in WITHOUT_PRESENTATION_TIMES
        with contextlib.suppress(*DECODE_ERRORS):  # the source will say so when it gets there
            for packet in packets(container, stream):
                if packet.is_discard or not (packet.size or is_repeat(packet)):
                    continue
                if clock.see_packet(packet.dts):
                    clocks.append([])
                tick = stored_tick(packet, container)
                if tick is None:
                    return Scan(shifts=tuple(origin))
                clocks[-1].append(tick)
                lasts[tick] = float((packet.duration or 0) * packet.time_base)
    ticks = [tick for group in clocks for tick in sorted(group)]
    if not ticks:
        return Scan(shifts=tuple(origin))
    times: list[float] = []
    heads: list[int] = []
    for tick in ticks:
        times.append(clock.seconds(tick))
        if not clock.has_moved:
            # Who begins to read at a moved one does not know by how much.
            heads.append(len(times) - 1)
    last = lasts[ticks[-1]]
    if not is_timed and len(times) > 1:
        last = times[-1] - times[-2]  # FFmpeg takes ticks for frames there
    return Scan(
        tuple(times), tuple(heads), last or None, tuple(clock.shifts),
        (is_timed or not source.has_b_frames) and len(clocks) == 1,
    )  # fmt: skip
