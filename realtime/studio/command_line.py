"""Formats the command line that paints what the page paints. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from realtime.live.controls import State


def command_line(
    state: State,
    styles: Mapping[str, float],
    *,
    bundle: str | None = None,
    source: str | None = None,
    hold_fps: float | None = None,
    engine: str = "auto",
) -> str:
    """Return a shell command that paints in the same way, in a window.

    Args:
        state: Strength, strokes, colours, mirror.
        styles: Names of the styles that are used, with their weights.
        bundle: Where it is not the one in which the names are found first.
        source: Where it is not the usual camera.
        hold_fps: The rate that is held; None: none.
        engine: `auto`, or the one that was asked for.
    """
    words = ["pleinair", "live"]
    if source is not None:
        words += ["--source", source]
    if bundle is not None:
        words += ["--bundle", bundle]
    words += ["--style", _mix(styles)]
    if state.strength != 1.0:
        words += ["--strength", f"{state.strength:g}"]
    if state.native:
        words += ["--stroke", "native"]
    elif state.stroke != 1.0:
        words += ["--stroke", f"{state.stroke:.3g}"]
    if state.keep_colours:
        words += ["--keep-colours"]
    if state.mirror:
        words += ["--mirror"]
    if hold_fps is not None:
        words += ["--fps", f"{hold_fps:g}"]
    if engine != "auto":
        words += ["--engine", engine]
    return shlex.join(words)


def _mix(styles: Mapping[str, float]) -> str:
    rounded = {name: round(weight, 2) for name, weight in styles.items()}
    parts = {name: weight for name, weight in rounded.items() if weight > 0}
    if len(parts) == 1:
        return next(iter(parts))
    return ",".join(f"{name}:{weight:g}" for name, weight in parts.items())
