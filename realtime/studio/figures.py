"""Performance figures of the live picture, and advice to speed it up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from realtime.clockwork import Latency, percentile
from realtime.live.drawing import RECENT_FRAMES, describe_level
from realtime.live.quality_controller import Level
from realtime.pipeline import Report
from realtime.ports import Size

KEEPS_UP = 0.9
"""At this share of the camera's rate it keeps up: some frames always come at a bad moment."""
LARGE_PX = 960 * 540


@dataclass(frozen=True, kw_only=True)
class Painting:
    """Facts about a live picture besides its report."""

    bundle: str
    engine: str
    level: Level
    holds: bool
    """Whether quality is lowered to hold the rate."""
    lighter: str | None
    """A bundle of the same styles that is lighter, by name."""
    rate_fps: float
    """Nominal rate of the source."""
    size: Size | None


def figures(report: Report, painting: Painting, unsent: int) -> dict[str, Any]:
    """Return the figures for the page, ready for JSON; times in milliseconds.

    Args:
        report: Of the run so far.
        painting: What paints.
        unsent: Paintings that were not sent because the page was busy.
    """
    latency = Latency.of(report.latencies_seconds.newest(RECENT_FRAMES))
    engine = 1000 * percentile(report.engine_seconds.newest(RECENT_FRAMES), 50)
    return {
        "fps": round(report.rate_fps, 1),
        "p50": round(latency.p50_ms, 1),
        "p95": round(latency.p95_ms, 1),
        "frames": report.frames,
        "dropped": report.dropped + unsent,
        "engine_ms": round(engine, 1),
        "engine": painting.engine,
        "bundle": painting.bundle,
        "size": painting.size,
        "manner": describe_level(painting.level),
        "advice": advice(report, painting, engine),
    }


def keeps_up(report: Report, rate_fps: float) -> bool:
    """Whether the engine is fast enough for a source of so many frames per second."""
    seconds = percentile(report.engine_seconds.newest(RECENT_FRAMES), 50)
    return seconds <= KEEPS_UP / rate_fps


def advice(report: Report, painting: Painting, engine_ms: float) -> list[str]:
    """Return advice to speed it up, the most effective first.

    Args:
        report: Of the run so far.
        painting: What paints.
        engine_ms: What one picture takes at present.
    """
    if report.frames < 2 or not report.rate_fps:
        return []
    period_ms = 1000 / painting.rate_fps
    if not keeps_up(report, painting.rate_fps):
        words = [f"The engine takes {engine_ms:.0f} ms a picture, the camera sends one every "
                 f"{period_ms:.0f} ms."]  # fmt: skip
    elif painting.level.cost < 1.0:
        words = ["It keeps up with the camera by painting coarser than it could."]
    elif report.rate_fps >= KEEPS_UP * painting.rate_fps:
        return ["It keeps up with the camera: there is nothing to gain."]
    else:
        return [
            f"The engine would manage {1000 / engine_ms:.0f} fps: the rest of the time goes to "
            "the browser. Other tabs and programs that work take it away, and a dark room makes "
            "cameras slow. `pleinair live` shows the same in a window, with less on its way."
        ]
    if painting.lighter is not None:
        words.append(f"The bundle {painting.lighter} paints the same styles, much faster.")
    if not painting.holds:
        words.append("“Hold the rate” paints coarser where time is short; edges stay sharp.")
    if painting.size and painting.size[0] * painting.size[1] > LARGE_PX:
        words.append("A camera picture of 640x480 takes less work on its way.")
    if "cuda" not in painting.engine.lower() and "gpu" not in painting.engine.lower():
        words.append("A GPU paints many times faster: `pleinair doctor` says what is found here.")
    return words
