"""Timing: warm up, repeat in turns, keep every duration, and tell the percentiles."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from realtime.clockwork import Clock, Latency, monotonic, percentile

SETTLE_SECONDS = 0.3
"""Worker threads of OpenMP and ONNX Runtime stay awake for up to 0.2 s after their work, in the way
of whoever comes next; where an engine runs alone, nobody does that."""
LEAST_RUNS = 5

Work = Callable[[], object]
"""What is timed. It has finished when it returns: engines hand out pixels on the CPU, so they have.
"""


@dataclass(frozen=True)
class Timings:
    """The durations of one contender in seconds, round by round; none left out."""

    rounds: Sequence[Sequence[float]]

    @property
    def seconds(self) -> list[float]:
        """All of them."""
        return [duration for turn in self.rounds for duration in turn]

    def summary(self) -> dict[str, Any]:
        """Return what `summary` does, and how far the medians of the rounds lie from the middle."""
        medians = [median(turn) for turn in self.rounds]
        spread = 50 * (max(medians) - min(medians)) / median(self.seconds)
        return summary(self.seconds) | {"spread_percent": round(spread, 1)}

    def times_faster_than(self, other: Timings) -> float:
        """Return a ratio of medians: taken within rounds, so that what slows a round cancels."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return round(median(median(theirs) / median(ours) for ours, theirs in pairs), 2)


def timed(
    work: Work,
    *,
    seconds: float,
    warm_up: int = 3,
    least: int = LEAST_RUNS,
    clock: Clock = monotonic,
) -> list[float]:
    """Repeat `work` for about `seconds`, at least `least` times; returns durations in seconds."""
    for _ in range(warm_up):
        work()
    durations: list[float] = []
    end = clock() + seconds
    while clock() < end or len(durations) < least:
        started = clock()
        work()
        durations.append(clock() - started)
    return durations


def interleaved(
    contenders: Mapping[str, Work],
    *,
    seconds: float,
    rounds: int = 5,
    clock: Clock = monotonic,
    rest: Callable[[float], None] = time.sleep,
) -> dict[str, Timings]:
    """Time several contenders in turns, so that a busy moment of the machine hits all of them."""
    durations: dict[str, list[list[float]]] = {name: [] for name in contenders}
    share, least = seconds / rounds, math.ceil(LEAST_RUNS / rounds)
    for turn in range(rounds):
        for name, work in contenders.items():
            if len(contenders) > 1:
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
