"""Validates the look that the page asks for a file: names only, no paths."""

from __future__ import annotations

from typing import Any

from realtime.errors import BadInputError, UnknownNameError
from realtime.network.library import choose, find_bundles
from realtime.settings import PaintSettings, parse_stroke

KEYS = frozenset({"style", "bundle", "strength", "stroke", "keep_colours"})


def validate_look(asked: object) -> dict[str, Any]:
    """Validate the look of a request, and complete it.

    Args:
        asked: An object with the keys `style` (a name, or a mix `a:0.6,b:0.4`), `bundle` (a name),
            `strength`, `stroke`, `keep_colours`, each of which may be missing.

    Raises:
        BadInputError: anything else; above all, the file of a painting or a bundle.
    """
    if not isinstance(asked, dict) or asked.keys() - KEYS:
        raise BadInputError(f"the look is not valid: expected {', '.join(sorted(KEYS))}")
    bundle, style = asked.get("bundle"), asked.get("style")
    known = [entry.name for entry in find_bundles()]
    if bundle is not None and bundle not in known:
        raise UnknownNameError("bundle", str(bundle), known)
    names = {name for entry in find_bundles() for name in entry.card.names}
    for part in [] if style is None else str(style).split(","):
        if part.partition(":")[0].strip() not in names:
            raise UnknownNameError("style", part, names)
    entry, _ = choose(style, bundle)
    try:
        look = {
            "style": style if style is not None else entry.card.usual_name,
            "bundle": entry.name,
            "strength": float(asked.get("strength", 1.0)),
            "stroke": parse_stroke(asked.get("stroke", 1.0)),
            "keep_colours": bool(asked.get("keep_colours", False)),
        }
    except (TypeError, ValueError) as exc:
        raise BadInputError(f"the look is not valid: {exc}") from exc
    settings_of(look)
    return look


def settings_of(look: dict[str, Any], machine: dict[str, Any] | None = None) -> PaintSettings:
    """Return a look as the settings of `pleinair video` and `pleinair image`.

    Args:
        look: As `validate_look` returns it.
        machine: Engine, device and precision, as their options; None: the defaults.
    """
    return PaintSettings(**look, **machine or {})
