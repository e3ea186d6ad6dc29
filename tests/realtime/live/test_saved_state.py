from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from realtime.live.controls import State
from realtime.live.saved_state import load_state, restore_state, save_state, state_file, window_size

STYLES = ("one", "two", "three")
START = State((1.0, 0.0, 0.0))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_what_was_turned_is_found_again_by_name() -> None:
    state = State(
        (0.0, 1.0, 0.0), strength=0.7, stroke=1.5, keep_colours=True, partner=2, mix=0.3,
        mirror=True, view="split", divider=0.2, overlay=False, fullscreen=True,
    )  # fmt: skip
    save_state(state, STYLES)
    assert restore_state(load_state(), START, STYLES) == state
    turned = restore_state(load_state(), START, ("three", "two", "one"))
    assert (turned.base, turned.partner) == ((0.0, 1.0, 0.0), 0)


def test_the_size_of_the_window_is_found_again() -> None:
    save_state(START, STYLES, (1000, 700))
    assert window_size(load_state()) == (1000, 700)
    save_state(START, STYLES)
    assert window_size(load_state()) is None


@pytest.mark.parametrize(
    "size", [None, "big", [640], [640, 480, 3], [640, 1.5], [0, 480], [1, 10**9]]
)
def test_a_damaged_size_is_forgotten(size: object) -> None:
    assert window_size({"window": size}) is None


def test_moments_are_not_remembered() -> None:
    now = replace(START, frozen=True, recording=True, quit=True, help=True, strip=True)
    save_state(now, STYLES)
    assert restore_state(load_state(), START, STYLES) == START


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '{"strength": 7.0}', '{"view": "upside down"}', '{"stroke": "big"}',
     '{"base": {"unknown": 1}}', '{"base": {"one": 0.2}}', '{"base": {"one": "x"}}',
     '{"partner": []}'],
)  # fmt: skip
def test_a_damaged_memory_is_forgotten(text: str) -> None:
    state_file().parent.mkdir(parents=True)
    state_file().write_text(text)
    assert restore_state(load_state(), START, STYLES) == START


def test_other_styles_leave_the_dials_as_they_were() -> None:
    save_state(State((0.0, 1.0, 0.0), strength=0.7), STYLES)
    assert json.loads(state_file().read_text())["base"] == {"two": 1.0}
    found = restore_state(load_state(), State((1.0,)), ("alien",))
    assert (found.base, found.strength) == ((1.0,), 0.7)
