"""Saves and restores the state of the live window between runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from realtime.folders import data_folder, write_cache
from realtime.frame import MIN_SIDE_PX
from realtime.live.controls import VIEWS, State
from realtime.ports import Size
from realtime.settings import MAX_SIDE_PX

PLAIN = (
    "strength", "stroke", "native", "keep_colours", "mix", "divider", "overlay", "mirror", "view",
    "fullscreen",
)  # fmt: skip
"""Fields that are kept as they are; styles are kept by name."""


def state_file() -> Path:
    """Return the path of the state file."""
    return data_folder() / "live.json"


def save_state(state: State, styles: Sequence[str], window: Size | None = None) -> None:
    """Save the state and the size of the window; an unwritable folder is no error."""
    values: dict[str, Any] = {name: getattr(state, name) for name in PLAIN}
    values["base"] = {name: w for name, w in zip(styles, state.base, strict=True) if w}
    values["partner"] = None if state.partner is None else styles[state.partner]
    values["window"] = window
    write_cache(state_file(), json.dumps(values, indent=2).encode())


def load_state() -> dict[str, Any]:
    """Return the saved values; none if there is no file or it is damaged."""
    try:
        values = json.loads(state_file().read_text())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def window_size(values: dict[str, Any]) -> Size | None:
    """Return the saved width and height of the window in pixels, if there are any."""
    match values.get("window"):
        case [int(width), int(height)] if (
            MIN_SIDE_PX <= min(width, height) <= max(width, height) <= MAX_SIDE_PX
        ):
            return width, height
    return None


def restore_state(values: dict[str, Any], state: State, styles: Sequence[str]) -> State:
    """Return `state` with the saved values that are valid for these styles."""
    fitting = {
        name: value
        for name, value in values.items()
        if name in PLAIN and type(value) is type(getattr(state, name))
    }
    if fitting.get("view") not in (*VIEWS, None):
        del fitting["view"]
    base = values.get("base")
    if values.get("partner") in styles:
        fitting["partner"] = list(styles).index(values["partner"])
    try:
        if isinstance(base, dict) and base and base.keys() <= set(styles):
            fitting["base"] = tuple(float(base.get(name, 0.0)) for name in styles)
        changed = replace(state, **fitting)
        _ = changed.look
    except (ValueError, TypeError):
        return state  # a number out of its range: damaged
    return changed
