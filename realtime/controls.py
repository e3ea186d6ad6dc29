"""What a key does: one pure table from (key, state) to the next state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from realtime.look import Look
from realtime.ports import Event, WindowClosed

STRENGTH_STEP = 0.1


@dataclass(frozen=True)
class State:
    """All that the keys of the live window can change."""

    look: Look
    overlay: bool = True
    help: bool = False
    mirror: bool = False
    side_by_side: bool = False
    frozen: bool = False
    snapshots: int = 0
    """How many snapshots were asked for so far."""
    quit: bool = False


Change = Callable[[State], State]


def _strength(step: float) -> Change:
    return lambda state: replace(state, look=state.look.with_strength(state.look.strength + step))


def _style(step: int) -> Change:
    return lambda state: replace(state, look=state.look.stepped(step))


def _toggle(name: str) -> Change:
    def change(state: State) -> State:
        changes: dict[str, Any] = {name: not getattr(state, name)}
        return replace(state, **changes)

    return change


TABLE: tuple[tuple[tuple[str, ...], str, Change], ...] = (
    (("right", "n"), "next style", _style(1)),
    (("left", "p"), "previous style", _style(-1)),
    (("up", "+", "="), "stronger", _strength(STRENGTH_STEP)),
    (("down", "-"), "weaker", _strength(-STRENGTH_STEP)),
    (("m",), "mirror", _toggle("mirror")),
    (("b",), "before | after", _toggle("side_by_side")),
    (("f", "space"), "freeze", _toggle("frozen")),
    (("s",), "snapshot", lambda state: replace(state, snapshots=state.snapshots + 1)),
    (("o",), "overlay", _toggle("overlay")),
    (("h", "?"), "this help", _toggle("help")),
    (("q", "escape"), "quit", lambda state: replace(state, quit=True)),
)
"""Keys, what they do in words, what they do to the state. Digits choose a style directly."""

HELP = (("1-9", "style by number"), *((" ".join(keys), words) for keys, words, _ in TABLE))


def react(event: Event, state: State) -> State:
    """Return the state after an event; keys without a meaning change nothing."""
    if isinstance(event, WindowClosed):
        return replace(state, quit=True)
    if event.name.isdecimal() and event.name != "0":
        count, index = len(state.look.style_weights), int(event.name) - 1
        if index >= count:
            return state
        return replace(state, look=Look.of_style(index, count, strength=state.look.strength))
    for keys, _, change in TABLE:
        if event.name.lower() in keys:
            return change(state)
    return state
