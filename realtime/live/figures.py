"""A live run in figures, for programs."""

from __future__ import annotations

from typing import Any

from realtime.clockwork import Latency
from realtime.live.caption import dropped_share
from realtime.live.run import Outcome
from realtime.provenance import WRITTEN_BY


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return what a run did, ready for JSON; times in milliseconds and seconds."""
    report = outcome.report
    possible = report.engine_latency.p50_ms
    return WRITTEN_BY | {
        "engine": outcome.engine,
        "frames": report.frames,
        "seconds": round(report.seconds, 3),
        "fps": round(report.mean_fps, 2),
        "possible_fps": round(1000 / possible, 1) if possible else None,
        "dropped": report.dropped,
        "first_frame_seconds": round(report.first_frame_seconds, 3),
        "first_painted_seconds": _seconds(outcome.first_painted_seconds),
        "dropped_share": round(dropped_share(report), 3),
        "detail": outcome.detail,
        "draft": outcome.draft,
        "capture_to_shown_ms": _rounded(report.latency),
        "engine_ms": _rounded(report.engine_latency),
    }


def _seconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _rounded(latency: Latency) -> dict[str, float]:
    return {name.removesuffix("_ms"): round(value, 2) for name, value in vars(latency).items()}
