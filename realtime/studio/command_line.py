"""Formats the command lines that paint what the page paints. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from realtime.live.controls import State


def live_command(
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
    stroke = "native" if state.native else f"{state.stroke:.3g}"
    return _command(
        "live", source=source, bundle=bundle, style=_mix(styles),
        strength=f"{state.strength:g}", stroke=stroke, keep_colours=state.keep_colours,
        mirror=state.mirror, fps=None if hold_fps is None else f"{hold_fps:g}",
        engine=None if engine == "auto" else engine,
    )  # fmt: skip


def file_command(look: Mapping[str, Any], title: str, kind: str) -> str:
    """Return a shell command that paints a file in a look (see `looks.validate_look`)."""
    return _command(
        "image" if kind == "picture" else "video", title, style=str(look["style"]),
        bundle=None if look["bundle"] == "fast" else str(look["bundle"]),
        strength=f"{look['strength']:g}", stroke=f"{look['stroke']}",
        keep_colours=look["keep_colours"],
    )  # fmt: skip


def _command(*words: str, **options: str | bool | None) -> str:
    """Join words and options; those that are None, False, or a strength or stroke of 1 go."""
    line = ["pleinair", *words]
    for name, value in options.items():
        if value and (name not in ("strength", "stroke") or value not in ("1", "1.0")):
            line += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    return shlex.join(line)


def _mix(styles: Mapping[str, float]) -> str:
    rounded = {name: round(weight, 2) for name, weight in styles.items()}
    parts = {name: weight for name, weight in rounded.items() if weight > 0}
    if len(parts) == 1:
        return next(iter(parts))
    return ",".join(f"{name}:{weight:g}" for name, weight in parts.items())
