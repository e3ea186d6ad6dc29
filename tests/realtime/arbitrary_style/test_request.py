from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from realtime.arbitrary_style.request import SHORT_SIDE_PX, find_look, is_painting
from realtime.errors import BadInputError, UnknownNameError
from realtime.network.library import choose
from tests.helpers import write_picture


def test_what_is_no_file_is_found_as_before() -> None:
    request = find_look("starry-night:0.7,scream:0.3")
    assert (request.entry, request.look) == choose("starry-night:0.7,scream:0.3")
    assert request.styles == ()
    assert find_look(None).look == choose(None)[1]


def test_a_painting_is_a_style_behind_those_of_the_bundle(painting: Path) -> None:
    request = find_look(str(painting))
    assert request.entry.name == "fast"
    assert request.names == (*request.entry.card.names, "my-hatching")
    assert request.look.style_weights[-1] == 1.0
    assert min(request.paintings[0].pixels.shape[:2]) == SHORT_SIDE_PX
    (style,) = request.styles
    assert "an approximation, not learned" in style.note
    assert f"pleinair train {painting} --from fast --content PHOTOS" in style.note


def test_a_painting_is_mixed_with_a_style(painting: Path) -> None:
    request = find_look(f"{painting}:3, scream", "quality")
    weights = dict(zip(request.names, request.look.style_weights, strict=True))
    mixed = {name: weight for name, weight in weights.items() if weight}
    assert mixed == {"my-hatching": 0.75, "scream": 0.25}


def test_no_name_is_taken_twice(painting: Path) -> None:
    known = painting.with_name("scream.png")
    other = painting.parent / "other" / "scream.png"
    other.parent.mkdir()
    for path in (known, other):
        shutil.copy(painting, path)
    request = find_look(f"{known},{other},scream")
    assert request.names[-2:] == ("scream-painting", "scream-painting-2")


def test_a_long_painting_is_looked_at_in_its_middle(tmp_path: Path) -> None:
    scroll = np.zeros((100, 1000, 3), np.uint8)
    scroll[:, 400:600] = 255
    path = write_picture(tmp_path / "scroll.png", scroll)
    pixels = find_look(str(path)).paintings[0].pixels
    assert pixels.shape == (SHORT_SIDE_PX, 2 * SHORT_SIDE_PX, 3)
    assert pixels.min() > 250


@pytest.mark.parametrize(
    ("text", "is_file"),
    [("scream", False), ("Scream", False), ("a.jpg", True), ("there/a", True), ("scream:1", False)],
)
def test_styles_are_told_from_files(text: str, is_file: bool) -> None:
    assert is_painting(text) is is_file


def test_a_file_without_ending_is_a_painting_unless_a_style_has_the_name(
    painting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(painting.parent)
    shutil.copy(painting, "My_Scream")
    shutil.copy(painting, "scream")
    assert find_look("My_Scream").paintings[0].name == "my-scream"
    assert find_look("scream").paintings == ()


@pytest.mark.parametrize(
    ("style", "message"),
    [
        ("nowhere.jpg", "no picture nowhere.jpg"),
        ("{painting}:-1,scream", "mix .* not understood"),
        ("{painting}:0.5,screem:0.5", "did you mean scream"),
        ("{notes}", r"notes\.jpg"),
    ],
)
def test_what_is_wrong_is_one_line(painting: Path, style: str, message: str) -> None:
    notes = painting.with_name("notes.jpg")
    notes.write_text("no picture")
    with pytest.raises((BadInputError, UnknownNameError), match=message) as caught:
        find_look(style.format(painting=painting, notes=notes))
    assert "\n" not in str(caught.value)
