"""Timing harness: warm up, repeat in turns, keep every duration, return percentiles.

Also what is painted in measurements: the landscape, in the usual sizes, as a picture or as a camera
that plays a loop drawn beforehand, so that drawing takes nothing away from what is measured.
Decoding what a real camera sends is therefore not in the figures.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from realtime.clockwork import LEAST_RUNS, Clock, Latency, Work, monotonic, percentile, timed
from realtime.frame import Frame, Pixels
from realtime.ports import Size
from realtime.sources.landscape import Landscape
from realtime.sources.synthetic_source import SyntheticSource

ARTICLE_SECONDS = 1.455744
"""What the article cites for a 252x252 picture: one cold run on the CPU of a 2015 laptop."""
ARTICLE_PX: Size = (252, 252)
LIVE_PX: Size = (640, 480)
HD_PX: Size = (1280, 720)
CAMERA_FPS = 30
LOOP_BYTES, LOOP_FRAMES = 100_000_000, 60
"""Of the camera's loop, at most."""
SETTLE_SECONDS = 0.3
"""Worker threads of OpenMP and ONNX Runtime stay awake for up to 0.2 s after their work, in the way
of whoever comes next; where an engine runs alone, nobody does that."""
Tell = Callable[[str], None]
"""Is given a line for the user about what is being measured."""


def silent(line: str) -> None:
    """Drop a line that nobody reads."""


@dataclass(frozen=True)
class Timings:
    """The durations of one candidate in seconds, round by round; none left out."""

    rounds: Sequence[Sequence[float]]

    @property
    def seconds(self) -> list[float]:
        """All of them."""
        return [duration for turn in self.rounds for duration in turn]

    def summary(self) -> dict[str, Any]:
        """Return the function `summary` of all durations, and the spread of the rounds' medians."""
        medians = [median(turn) for turn in self.rounds]
        spread = 50 * (max(medians) - min(medians)) / median(self.seconds)
        return summary(self.seconds) | {"spread_percent": round(spread, 1)}

    def times_faster_than(self, other: Timings) -> float:
        """Return a ratio of medians: taken within rounds, so that what slows a round cancels."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return round(median(median(theirs) / median(ours) for ours, theirs in pairs), 2)


def interleaved(
    candidates: Mapping[str, Work],
    *,
    seconds: float,
    rounds: int = 5,
    clock: Clock = monotonic,
    rest: Callable[[float], None] = time.sleep,
) -> dict[str, Timings]:
    """Time several candidates in turns, so that a busy moment of the machine hits all of them."""
    durations: dict[str, list[list[float]]] = {name: [] for name in candidates}
    share, least = seconds / rounds, math.ceil(LEAST_RUNS / rounds)
    for turn in range(rounds):
        for name, work in candidates.items():
            if len(candidates) > 1:
                rest(SETTLE_SECONDS)
            more = {"warm_up": 1 if turn else 3, "least": least}
            durations[name].append(timed(work, seconds=share, clock=clock, **more))
    return {name: Timings(turns) for name, turns in durations.items()}


def summary(durations: Sequence[float]) -> dict[str, Any]:
    """Return percentiles in ms, the slowest, and the rate that the median allows."""
    return {
        "p5_ms": round(1000 * percentile(durations, 5), 2),
        **percentiles(durations),
        "max_ms": round(1000 * max(durations), 2),
        "fps": round(1 / percentile(durations, 50), 1),
        "runs": len(durations),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in ms."""
    return {name: round(ms, 2) for name, ms in vars(Latency.of(seconds)).items()}


def landscape(size: Size) -> Frame:
    """Return the first moment of the synthetic landscape, (H, W, 3) for a size of (W, H)."""
    return Frame(Landscape(*size).at(0.0), 0, 0.0)


class LandscapeLoop(Landscape):
    """Some frames of the landscape, drawn beforehand and played there and back, one after another.

    Args:
        size: Width and height.
        rate_fps: At which they are asked for.
        frames: How many there are in one direction.
    """

    def __init__(self, size: Size, rate_fps: float, frames: int) -> None:
        super().__init__(*size)
        there = [super(LandscapeLoop, self).at(i / CAMERA_FPS) for i in range(frames)]
        self._rate_fps, self._pictures = rate_fps, [*there, *there[::-1]]

    def at(self, seconds: float) -> Pixels:
        """Return the picture of a moment, RGB uint8 (H, W, 3)."""
        return self._pictures[round(seconds * self._rate_fps) % len(self._pictures)]


def landscape_camera(size: Size, rate_fps: float) -> SyntheticSource:
    """Return a camera before the landscape; it skips a picture that nobody was there for."""
    count = max(2, min(LOOP_FRAMES, LOOP_BYTES // (3 * size[0] * size[1])))
    return SyntheticSource(LandscapeLoop(size, rate_fps, (count + 1) // 2), rate_fps=rate_fps)


def label(size: Size) -> str:
    """Return a size as rows hold it: `640x480`."""
    return f"{size[0]}x{size[1]}"


def pixels_of(text: str) -> int:
    """Return how many pixels a row's size has."""
    width, height = text.split("x")
    return int(width) * int(height)
