"""What is written into the picture of a live session, in words."""

from __future__ import annotations

from collections.abc import Sequence

from realtime.clockwork import Latency
from realtime.live.budget import Budget, Rung
from realtime.look import Look
from realtime.pipeline import Report

RECENT_FRAMES = 90
"""Frames that the latency is taken over."""


def figures(
    look: Look, names: Sequence[str], rung: Rung | None, report: Report, engine: str
) -> list[str]:
    """Return the lines of the overlay: what is painted, how fast, on what."""
    latency = Latency.of(report.latencies_seconds.newest(RECENT_FRAMES))
    mix = [f"{names[i]} {w:.0%}" for i, w in enumerate(look.style_weights) if w]
    what = names[look.main_style] if len(mix) == 1 else " + ".join(mix)
    if look.strength != 1.0:
        what += f"   strength {look.strength:.0%}"
    if rung is not None:
        what += f"   {manner(rung)}"
    if look.lines is None:
        what += "   native strokes"
    if look.stroke != 1.0:
        what += f"   strokes {look.stroke:.2g}"
    dropped = f"   {dropped_share(report):.0%} dropped" if report.dropped else ""
    return [
        f"{what}   {report.rate_fps:.0f} fps{dropped}",
        f"{latency.p50_ms:.0f} ms, p95 {latency.p95_ms:.0f} ms   h: help",
        engine,
    ]


def shortfall(budget: Budget) -> str:
    """Say what cannot be held though it is painted as coarsely as may be; empty: nothing."""
    if not budget.missed:
        return ""
    least = manner(budget.rung)
    return f"cannot hold {' and '.join(budget.missed)} here, {least}: less would lose the edges"


def dropped_share(report: Report) -> float:
    """Return how much of what the source gave was not shown, 0 to 1."""
    return report.dropped / max(1, report.frames + report.dropped)


def manner(rung: Rung) -> str:
    """Say how the budget has it painted."""
    size = "in full detail" if rung.detail == 1.0 else f"at {rung.detail:.0%} of the detail"
    draft = ", by the lighter network" if rung.draft else ""
    return f"{size}{draft}{', a core left to others' if rung.spare else ''}"
