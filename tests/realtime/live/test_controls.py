"""Every row of the table of keys, the mouse, and what is in neither."""

from dataclasses import replace

import pytest

from realtime.live.controls import HELP, TABLE, State, react
from realtime.look import Look
from realtime.ports import Key, Mouse, WindowClosed

START = State((1.0, 0.0, 0.0), strength=0.5)
EXPECTED = {
    "next style": replace(START, base=(0.0, 1.0, 0.0)),
    "previous style": replace(START, base=(0.0, 0.0, 1.0)),
    "stronger": replace(START, strength=0.6),
    "weaker": replace(START, strength=0.4),
    "mix in another style": replace(START, partner=1),
    "more of the other": replace(START, mix=0.6),
    "less of the other": replace(START, mix=0.4),
    "larger strokes": replace(START, stroke=1.189),
    "smaller strokes": replace(START, stroke=0.841),
    "keep the picture's colours": replace(START, keep_colours=True),
    "mirror": replace(START, mirror=True),
    "before | after": replace(START, view="split"),
    "both, side by side": replace(START, view="beside"),
    "full screen": replace(START, fullscreen=True),
    "all styles: click one": replace(START, strip=True),
    "leave full screen, or quit": replace(START, quit=True),
    "freeze": replace(START, frozen=True),
    "sound in recordings": replace(START, sound=True),
    "snapshot": replace(START, snapshots=1),
    "record, and stop": replace(START, recording=True),
    "overlay": replace(START, overlay=False),
    "this help": replace(START, help=True),
    "quit": replace(START, quit=True),
}


def test_every_control_is_tested() -> None:
    assert {words for _, words, _ in TABLE} == set(EXPECTED)


@pytest.mark.parametrize(("key", "words"), [(key, row[1]) for row in TABLE for key in row[0]])
def test_a_key_does_what_the_help_says(key: str, words: str) -> None:
    assert react(Key(key), START) == EXPECTED[words]
    assert any(key in keys.split() and words == text for keys, text in HELP)


def test_no_key_means_two_things() -> None:
    keys = [key for row in TABLE for key in row[0]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("key", ["m", "b", "d", "f", "t", "space", "c", "r", "o", "h"])
def test_toggles_come_back(key: str) -> None:
    assert react(Key(key), react(Key(key), START)) == START


def test_escape_leaves_full_screen_first_and_ends_only_from_the_window() -> None:
    left = react(Key("escape"), replace(START, fullscreen=True))
    assert left == START
    assert react(Key("escape"), left).quit
    assert react(Key("q"), replace(START, fullscreen=True)).quit


def test_digits_choose_styles_that_exist() -> None:
    third = Look.of_style(2, 3, strength=0.5)
    assert react(Key("3"), START).look == third.in_strokes(1.0)
    assert react(Key("3"), replace(START, native=True)).look == third.in_strokes("native")
    assert react(Key("4"), START) == START
    assert react(Key("0"), START) == START
    ten = State((1.0, *([0.0] * 9)))
    assert react(Key("0"), ten).style == 9


def test_the_partner_goes_round_all_other_styles_and_then_away() -> None:
    state, partners = START, []
    for _ in range(4):
        state = react(Key("tab"), state)
        partners.append(state.partner)
    assert partners == [1, 2, None, 1]
    assert state.look.style_weights == (0.5, 0.5, 0.0)
    assert react(Key("2"), state).partner is None  # a style is not mixed with itself


def test_letters_count_whatever_their_case_and_others_do_nothing() -> None:
    assert react(Key("M"), START).mirror
    assert react(Key("z"), START) == START
    assert react(Key("²"), START) == START


def test_the_windows_button_quits() -> None:
    assert react(WindowClosed(), START).quit


@pytest.mark.parametrize(
    ("up", "down", "name", "low", "high"),
    [("up", "down", "strength", 0, 1), ("]", "[", "mix", 0, 1), (".", ",", "stroke", 0.5, 2)],
)
def test_dials_stay_within_their_range(
    up: str, down: str, name: str, low: float, high: float
) -> None:
    state = START
    for _ in range(20):
        state = react(Key(up), state)
    assert getattr(state, name) == high
    for _ in range(30):
        state = react(Key(down), state)
    assert getattr(state, name) == low
    _ = state.look


def test_the_divider_is_dragged_only_when_grasped_in_the_split_view() -> None:
    assert react(Mouse("down", 0.5), START) == START
    split = replace(START, view="split")
    assert not react(Mouse("down", 0.3), split).dragging
    held = react(Mouse("down", 0.52), split)
    moved = react(Mouse("move", 1.2), held)
    assert (moved.dragging, moved.divider) == (True, 1.0)
    left = react(Mouse("up", 0.2), moved)
    assert react(Mouse("move", 0.7), left).divider == 1.0


def test_the_wheel_turns_the_strength() -> None:
    assert react(Mouse("wheel", 0.1, turned=1), START).strength == 0.55
    assert react(Mouse("wheel", 0.1, turned=-2), START).strength == 0.4
