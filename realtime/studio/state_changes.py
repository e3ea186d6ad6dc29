"""Validates what the page sets, and applies it to the state of a session. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from realtime.errors import BadInputError
from realtime.live.controls import VIEWS, State
from realtime.look import STROKES

SWITCHES = ("keep_colours", "native", "mirror", "frozen")
MOST_STYLES = 64


def apply_values(state: State, values: dict[str, Any]) -> State:
    """Return the state with the values that the page set, but for styles (see `styles_in`).

    Raises:
        BadInputError: a value is out of range or of the wrong type.
    """
    given: dict[str, Any] = {}
    if "strength" in values:
        given["strength"] = _number(values, "strength", 0.0, 1.0)
    if "stroke" in values:
        given["stroke"] = _number(values, "stroke", *STROKES)
    for name in SWITCHES:
        if name in values:
            if not isinstance(values[name], bool):
                raise BadInputError(f"{name} is true or false, not {values[name]!r}")
            given[name] = values[name]
    if "view" in values:
        if values["view"] not in VIEWS:
            raise BadInputError(f"view is one of {', '.join(VIEWS)}, not {values['view']!r}")
        given["view"] = values["view"]
    return replace(state, **given)


def styles_in(values: dict[str, Any]) -> dict[str, float] | None:
    """Return the styles that the page chose, with weights above 0; None: it chose none.

    Raises:
        BadInputError: they are not names with weights.
    """
    styles = values.get("styles")
    if styles is None:
        return None
    if not isinstance(styles, dict) or not 0 < len(styles) <= MOST_STYLES:
        raise BadInputError("styles are names with weights")
    weights = {str(name): _number(styles, name, 0.0, 1e6) for name in styles}
    chosen = {name: weight for name, weight in weights.items() if weight > 0}
    if not chosen:
        raise BadInputError("no style has a weight above 0")
    return chosen


def _number(values: dict[str, Any], name: str, least: float, most: float) -> float:
    value = values[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not least <= value <= most:
        raise BadInputError(f"{name} must be between {least:g} and {most:g}, got {value!r}")
    return float(value)
