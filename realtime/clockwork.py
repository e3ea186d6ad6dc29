"""Time: an injectable clock, a stopwatch, a rate meter, and latency percentiles."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

Clock = Callable[[], float]
"""Seconds that never go back, from any origin."""

Work = Callable[[], object]
"""What is timed. It has finished when it returns: engines hand out pixels on the CPU, so they have.
"""
LEAST_RUNS = 5

monotonic: Clock = time.perf_counter


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


class RateMeter:
    """Events per second over a sliding window: n ticks are n - 1 intervals, counted as such."""

    def __init__(self, *, window: int = 30, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._ticks: deque[float] = deque(maxlen=window)

    def tick(self) -> None:
        """Count one event, now."""
        self._ticks.append(self._clock())

    @property
    def per_second(self) -> float:
        """The rate, or 0.0 before the second tick."""
        if len(self._ticks) < 2:
            return 0.0
        span = self._ticks[-1] - self._ticks[0]
        return (len(self._ticks) - 1) / span if span > 0 else 0.0


class Samples:
    """Ring buffer of the newest durations of a run, in seconds. Thread-safe.

    Args:
        kept: How many. Older ones are forgotten, so a run of days needs no more memory than this.
    """

    def __init__(self, kept: int) -> None:
        self._values: deque[float] = deque(maxlen=kept)
        self._lock = threading.Lock()
        self.count = 0
        """How many there were in all, the forgotten ones included."""

    def append(self, seconds: float) -> None:
        """Add a duration."""
        with self._lock:
            self._values.append(seconds)
            self.count += 1

    def newest(self, most: int) -> list[float]:
        """Return the last `most` of them, or as many as there are, the oldest first."""
        with self._lock:
            return list(islice(reversed(self._values), max(0, most)))[::-1]

    def since(self, count: int) -> tuple[list[float], int]:
        """Return what came since `self.count` was `count`, as far as it is kept, and the new count.

        A caller that passes that count the next time sees every value once.
        """
        with self._lock:
            newer = islice(reversed(self._values), max(0, self.count - count))
            return list(newer)[::-1], self.count

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._values)

    def __iter__(self) -> Iterator[float]:
        """Yield those that are kept at this moment, the oldest first."""
        return iter(self.newest(self.count))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the linearly interpolated percentile of unsorted values; 0.0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


@dataclass(frozen=True)
class Latency:
    """Latency percentiles in milliseconds."""

    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Latency:
        """Summarise measured durations given in seconds."""
        seconds = list(seconds)
        return cls(*(1000 * percentile(seconds, percent) for percent in (50, 95, 99)))

    def __str__(self) -> str:
        return f"p50 {self.p50_ms:.1f} ms, p95 {self.p95_ms:.1f} ms, p99 {self.p99_ms:.1f} ms"
