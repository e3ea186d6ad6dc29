"""Timing harness: warm up, repeat in turns, keep every duration, return percentiles.

Also the picture that is painted in measurements, and its usual sizes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from realtime.clockwork import LEAST_RUNS, Clock, Latency, Work, monotonic, percentile, timed
from realtime.frame import Frame
from realtime.ports import Size
from realtime.sources import open_source

ARTICLE_SECONDS = 1.455744
"""What the article cites for a 252x252 picture: one cold run on the CPU of a 2015 laptop."""
ARTICLE_PX: Size = (252, 252)
LIVE_PX: Size = (640, 480)
HD_PX: Size = (1280, 720)
CAMERA_FPS = 30

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
            warm_up = 1 if turn else 3
            durations[name].append(
                timed(work, seconds=share, warm_up=warm_up, least=least, clock=clock)
            )
    return {name: Timings(turns) for name, turns in durations.items()}


def summary(durations: Sequence[float]) -> dict[str, Any]:
    """Return percentiles in ms, the slowest, and the rate that the median allows."""
    latency = Latency.of(durations)
    return {
        "p5_ms": round(1000 * percentile(durations, 5), 2),
        **percentiles(durations),
        "max_ms": round(1000 * max(durations), 2),
        "fps": round(1000 / latency.p50_ms, 1),
        "runs": len(durations),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in ms."""
    latency = Latency.of(seconds)
    return {
        "p50_ms": round(latency.p50_ms, 2),
        "p95_ms": round(latency.p95_ms, 2),
        "p99_ms": round(latency.p99_ms, 2),
    }


def landscape(size: Size) -> Frame:
    """Return the first moment of the synthetic landscape, (H, W, 3) for a size of (W, H)."""
    with open_source("synthetic:seconds=1", size=size) as source:
        return next(iter(source))


def label(size: Size) -> str:
    """Return a size as rows hold it: `640x480`."""
    return f"{size[0]}x{size[1]}"


def pixels_of(text: str) -> int:
    """Return how many pixels a row's size has."""
    width, height = text.split("x")
    return int(width) * int(height)
