"""Timing: warm up, repeat, and keep the percentiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from realtime.clockwork import Latency, monotonic, percentile


def timed(work: Callable[[], object], *, seconds: float, warm_up: int = 3) -> list[float]:
    """Repeat `work` for about `seconds` and return each duration in seconds.

    `work` must have finished when it returns: engines hand out pixels on the CPU, so they have.
    """
    for _ in range(warm_up):
        work()
    durations: list[float] = []
    end = monotonic() + seconds
    while monotonic() < end or len(durations) < 5:
        started = monotonic()
        work()
        durations.append(monotonic() - started)
    return durations


def interleaved(
    contenders: Mapping[str, Callable[[], object]], *, seconds: float, rounds: int = 5
) -> dict[str, list[float]]:
    """Time several contenders in turns, so that a busy moment of the machine hits all of them."""
    durations: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, work in contenders.items():
            durations[name] += timed(work, seconds=seconds / rounds, warm_up=0 if turn else 3)
    return durations


def summary(durations: list[float]) -> dict[str, Any]:
    """Return percentiles in ms and the rate that the median allows."""
    latency = Latency.of(durations)
    return {
        "p5_ms": round(1000 * percentile(durations, 5), 2),
        "p50_ms": round(latency.p50_ms, 2),
        "p95_ms": round(latency.p95_ms, 2),
        "fps": round(1000 / latency.p50_ms, 1),
        "runs": len(durations),
    }
