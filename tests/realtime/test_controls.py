"""Every row of the table of keys, and what is not in it."""

from dataclasses import replace

import pytest

from realtime.controls import HELP, TABLE, State, react
from realtime.look import Look
from realtime.ports import Key, WindowClosed

START = State(Look.of_style(0, 3, strength=0.5))
EXPECTED = {
    "next style": replace(START, look=Look.of_style(1, 3, strength=0.5)),
    "previous style": replace(START, look=Look.of_style(2, 3, strength=0.5)),
    "stronger": replace(START, look=START.look.with_strength(0.6)),
    "weaker": replace(START, look=START.look.with_strength(0.4)),
    "mirror": replace(START, mirror=True),
    "before | after": replace(START, side_by_side=True),
    "freeze": replace(START, frozen=True),
    "snapshot": replace(START, snapshots=1),
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


@pytest.mark.parametrize("key", ["m", "b", "f", "o", "h"])
def test_toggles_come_back(key: str) -> None:
    assert react(Key(key), react(Key(key), START)) == START


def test_digits_choose_styles_that_exist() -> None:
    assert react(Key("3"), START).look == Look.of_style(2, 3, strength=0.5)
    assert react(Key("4"), START) == START
    assert react(Key("0"), START) == START


def test_letters_count_whatever_their_case_and_others_do_nothing() -> None:
    assert react(Key("M"), START).mirror
    assert react(Key("z"), START) == START
    assert react(Key("²"), START) == START


def test_the_windows_button_quits() -> None:
    assert react(WindowClosed(), START).quit


def test_strength_stays_within_its_range() -> None:
    state = START
    for _ in range(20):
        state = react(Key("up"), state)
    assert state.look.strength == 1.0
    for _ in range(20):
        state = react(Key("down"), state)
    assert state.look.strength == 0.0
