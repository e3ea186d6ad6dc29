"""Keyboard and mouse bindings: a pure function from (event, state) to the next state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from realtime.look import LINES, STROKES, Look
from realtime.ports import Event, Key, Mouse, WindowClosed

STRENGTH_STEP = 0.1
STROKE_FACTOR = 2**0.25
MIX_STEP = 0.1
WHEEL_STEP = 0.05
GRASP = 0.04
"""How near to the divider, in widths of the picture, a press drags it."""
View = Literal["painting", "split", "beside"]
VIEWS: tuple[View, ...] = get_args(View)


@dataclass(frozen=True)
class State:
    """All that keys and mouse can change."""

    base: tuple[float, ...]
    """Style weights before the mix with `partner`; sums to 1."""
    strength: float = 1.0
    stroke: float = 1.0
    native: bool = False
    """Strokes on the pixels as they are, finer in large pictures."""
    keep_colours: bool = False
    partner: int | None = None
    """The style that is mixed in."""
    mix: float = 0.5
    """How much of the partner."""
    view: View = "painting"
    divider: float = 0.5
    """Where the split view is split, from the left, in widths of the picture."""
    dragging: bool = False
    overlay: bool = True
    help: bool = False
    mirror: bool = False
    frozen: bool = False
    fullscreen: bool = False
    strip: bool = False
    """Whether small pictures of all styles are shown, to choose from."""
    recording: bool = False
    sound: bool = False
    """Whether recordings have sound."""
    snapshots: int = 0
    """How many snapshots were asked for so far."""
    quit: bool = False

    @classmethod
    def of_look(cls, look: Look) -> State:
        """Return the state that paints a look."""
        return cls(look.style_weights, look.strength, look.stroke, look.keep_colours)

    @property
    def style(self) -> int:
        """Index of the main style."""
        return max(range(len(self.base)), key=self.base.__getitem__)

    @property
    def look(self) -> Look:
        """The look to paint."""
        weights = list(self.base)
        if self.partner is not None:
            weights = [weight * (1 - self.mix) for weight in weights]
            weights[self.partner] += self.mix
        lines = None if self.native else LINES
        return Look(tuple(weights), self.strength, self.stroke, self.keep_colours, lines=lines)


Change = Callable[[State], State]


def with_style(state: State, index: int) -> State:
    """Return the state with another main style, unmixed if that was the one mixed in."""
    partner = None if state.partner == index else state.partner
    only = Look.of_style(index, len(state.base))
    return replace(state, base=only.style_weights, partner=partner)


def _style(step: int) -> Change:
    return lambda state: with_style(state, (state.style + step) % len(state.base))


def _partner(state: State) -> State:
    """The next style besides the main one; after the last one, none."""
    following = 0 if state.partner is None else state.partner + 1
    following += following == state.style
    return replace(state, partner=following if following < len(state.base) else None)


def _within(low: float, value: float, high: float) -> float:
    return min(high, max(low, round(value, 3)))


def _mix(step: float) -> Change:
    return lambda state: replace(state, mix=_within(0.0, state.mix + step, 1.0))


def _strength(step: float) -> Change:
    return lambda state: replace(state, strength=_within(0.0, state.strength + step, 1.0))


def _stroke(factor: float) -> Change:
    return lambda state: replace(
        state, stroke=_within(STROKES[0], state.stroke * factor, STROKES[1])
    )


def _toggle(name: str) -> Change:
    def change(state: State) -> State:
        changes: dict[str, Any] = {name: not getattr(state, name)}
        return replace(state, **changes)

    return change


def _escape(state: State) -> State:
    return replace(state, fullscreen=False) if state.fullscreen else replace(state, quit=True)


def _view(view: View) -> Change:
    return lambda state: replace(state, view="painting" if state.view == view else view)


TABLE: tuple[tuple[tuple[str, ...], str, Change], ...] = (
    (("right", "n"), "next style", _style(1)),
    (("left", "p"), "previous style", _style(-1)),
    (("up", "+", "="), "stronger", _strength(STRENGTH_STEP)),
    (("down", "-"), "weaker", _strength(-STRENGTH_STEP)),
    (("tab", "x"), "mix in another style", _partner),
    (("]",), "more of the other", _mix(MIX_STEP)),
    (("[",), "less of the other", _mix(-MIX_STEP)),
    ((".",), "larger strokes", _stroke(STROKE_FACTOR)),
    ((",",), "smaller strokes", _stroke(1 / STROKE_FACTOR)),
    (("c",), "keep the picture's colours", _toggle("keep_colours")),
    (("m",), "mirror", _toggle("mirror")),
    (("b",), "before | after", _view("split")),
    (("d",), "both, side by side", _view("beside")),
    (("f", "f11"), "full screen", _toggle("fullscreen")),
    (("t",), "all styles: click one", _toggle("strip")),
    (("space",), "freeze", _toggle("frozen")),
    (("s",), "snapshot", lambda state: replace(state, snapshots=state.snapshots + 1)),
    (("r",), "record, and stop", _toggle("recording")),
    (("a",), "sound in recordings", _toggle("sound")),
    (("o",), "overlay", _toggle("overlay")),
    (("h", "?"), "this help", _toggle("help")),
    (("q",), "quit", lambda state: replace(state, quit=True)),
    (("escape",), "leave full screen, or quit", _escape),
)
"""Keys, what they do in words, what they do to the state. Digits choose a style directly."""

HELP = (
    ("1-9 0", "style by number"),
    *((" ".join(keys), words) for keys, words, _ in TABLE),
    ("mouse", "drag the divider; wheel: strength"),
)


def react(event: Event, state: State) -> State:
    """Return the state after an event; one without a binding changes nothing."""
    if isinstance(event, WindowClosed):
        return replace(state, quit=True)
    if isinstance(event, Mouse):
        return _react_to_mouse(event, state)
    return _react_to_key(event, state)


def _react_to_key(event: Key, state: State) -> State:
    if len(event.name) == 1 and event.name in "0123456789":
        index = (int(event.name) - 1) % 10
        return with_style(state, index) if index < len(state.base) else state
    for keys, _, change in TABLE:
        if event.name.lower() in keys:
            return change(state)
    return state


def _react_to_mouse(event: Mouse, state: State) -> State:
    if event.action == "wheel":
        return _strength(WHEEL_STEP * event.turned)(state)
    if event.action == "up":
        return replace(state, dragging=False)
    if event.action == "down" and state.view == "split":
        return replace(state, dragging=abs(event.x - state.divider) <= GRASP)
    if event.action == "move" and state.dragging:
        return replace(state, divider=_within(0.0, event.x, 1.0))
    return state
