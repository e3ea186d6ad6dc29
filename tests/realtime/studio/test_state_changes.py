from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from realtime.errors import BadInputError
from realtime.live.controls import State
from realtime.studio.bundle_session import convert_state, with_styles
from realtime.studio.command_line import live_command
from realtime.studio.state_changes import apply_values, styles_in

STATE = State((1.0, 0.0, 0.0))


def test_the_page_turns_what_it_may() -> None:
    values = {"strength": 0.5, "stroke": 2, "keep_colours": True, "view": "split", "quit": True}
    turned = replace(STATE, strength=0.5, stroke=2.0, keep_colours=True, view="split")
    assert apply_values(STATE, values) == turned


@pytest.mark.parametrize(
    "values",
    [
        {"strength": 1.5},
        {"strength": "strong"},
        {"strength": True},
        {"strength": float("nan")},
        {"stroke": 0.1},
        {"mirror": 1},
        {"view": "upside down"},
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BadInputError, match=next(iter(values))):
        apply_values(STATE, values)


@pytest.mark.parametrize(
    "styles", [[], {}, "scream", {"scream": -1}, {"scream": 0}, {"scream": "x"}]
)
def test_styles_are_names_with_weights(styles: object) -> None:
    with pytest.raises(BadInputError, match=r"style|scream"):
        styles_in({"styles": styles})


def test_a_state_moves_to_a_bundle_that_knows_its_styles() -> None:
    state = with_styles(STATE, {"a": 3.0, "c": 1.0}, ("a", "b", "c"))
    assert state.base == (0.75, 0.0, 0.25)
    there = convert_state(state, ("a", "b", "c"), ("c", "d", "a", "b"))
    assert there is not None
    assert there.base == (0.25, 0.0, 0.75, 0.0)
    assert convert_state(state, ("a", "b", "c"), ("a", "b")) is None


def test_the_command_does_the_same() -> None:
    state = State((0.6, 0.4), strength=0.8, stroke=1.414, keep_colours=True)
    styles = {"starry-night": 0.6, "scream": 0.4}
    assert live_command(state, styles) == (
        "pleinair live --style starry-night:0.6,scream:0.4 --strength 0.8 --stroke 1.41 "
        "--keep-colours"
    )
    plain = live_command(
        State((1.0,)), {"scream": 1.0}, bundle="quality", source="my clip.mp4", hold_fps=30,
        engine="torch",
    )  # fmt: skip
    assert plain == (
        "pleinair live --source 'my clip.mp4' --bundle quality --style scream --fps 30 "
        "--engine torch"
    )
    assert "--stroke native" in live_command(State((1.0,), native=True), {"scream": 1.0})
