"""`import pleinair`, as people who write code use it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import pleinair
from realtime.network.library import find_bundles
from realtime.provenance import read_note
from tests.commands import run_python
from tests.helpers import quadrant_card, read_back, write_picture

CARD = quadrant_card()


@pytest.fixture(scope="module")
def stylizer() -> pleinair.Stylizer:
    return pleinair.Stylizer("fast", engine="torch", device="cpu", precision="fp32")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_picture(tmp_path / "photo.png")


def plainly(picture: pleinair.Picture, style: str | None = None, **more: object) -> np.ndarray:
    """Paint with the engine of the fixture: the same pixels."""
    asked = {"engine": "torch", "device": "cpu", "precision": "fp32", **more}
    return pleinair.paint(picture, style, **asked)  # type: ignore[arg-type]


def test_a_file_and_its_pixels_give_one_painting(
    stylizer: pleinair.Stylizer, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    painting = plainly("photo.png", "scream")
    assert painting.shape == CARD.shape
    assert painting.dtype == np.uint8
    np.testing.assert_array_equal(painting, stylizer.paint(CARD, "scream"))
    np.testing.assert_array_equal(painting, plainly(CARD, "scream"))
    assert np.abs(painting.astype(int) - stylizer.paint(CARD, "mosaic")).mean() > 5
    assert plainly(photo, "scream", size=(32, 32)).shape == (24, 32, 3)


def test_what_can_be_turned_is_turned(stylizer: pleinair.Stylizer) -> None:
    usual = stylizer.paint(CARD)
    for changed in (
        stylizer.paint(CARD, "starry-night:0.5,mosaic:0.5"),
        stylizer.paint(CARD, strength=0.5),
        stylizer.paint(CARD, stroke=2.0),
        stylizer.paint(CARD, keep_colours=True),
    ):
        assert np.abs(usual.astype(int) - changed).mean() > 1


def test_what_is_given_stays_what_it_is(stylizer: pleinair.Stylizer) -> None:
    given = np.asfortranarray(CARD[:, ::-1])
    before = given.copy()
    painting = stylizer.paint(given, strength=0.0)
    np.testing.assert_array_equal(painting, before)
    painting[:] = 0
    np.testing.assert_array_equal(given, before)


def test_the_painting_is_written_where_it_may(photo: Path) -> None:
    out = photo.with_name("out.jpg")
    painting = plainly(photo, "scream", out=out)
    assert np.abs(read_back(out).astype(int) - painting).mean() < 12
    assert "scream" in read_note(out)
    plainly(photo, "mosaic", out=str(out))
    assert "mosaic" in read_note(out)
    before = photo.read_bytes()
    foreign = photo.with_name("foreign.png")
    foreign.write_bytes(before)
    for kept, message in ((photo, "is the input itself"), (foreign, "did not write it")):
        with pytest.raises(pleinair.PleinairError, match=message):
            plainly(photo, out=kept)
        assert kept.read_bytes() == before
    plainly(photo, out=foreign, overwrite=True)
    assert foreign.read_bytes() != before


@pytest.mark.parametrize(
    ("picture", "style", "more", "message"),
    [
        (CARD.astype(np.float32), None, {}, r"got float32 \(48, 64, 3\)"),
        (CARD[:, :, 0], None, {}, r"expected a picture as RGB uint8"),
        (CARD[:8], None, {}, "at least 16x16"),
        (CARD, "scraem", {}, "did you mean scream"),
        (CARD, None, {"strength": 2}, "between 0 and 1, got 2"),
        (CARD, None, {"bundle": "fst"}, "did you mean fast"),
        (CARD, None, {"out": "x.pdf"}, "x.pdf cannot be written"),
        (CARD, None, {"out": "no/folder/x.png"}, "does not exist"),
        ("nowhere.png", None, {}, "there is no picture nowhere.png"),
    ],
)
def test_what_cannot_work_says_why(
    picture: pleinair.Picture, style: str | None, more: dict[str, object], message: str
) -> None:
    with pytest.raises(pleinair.PleinairError, match=message):
        plainly(picture, style, **more)


def test_styles_are_listed_once() -> None:
    names = pleinair.styles()
    assert len(names) == len(set(names))
    assert set(names) == {name for entry in find_bundles() for name in entry.card.names}
    assert pleinair.styles("article") == ("edtaonisl",)
    with pleinair.Stylizer("article", engine="identity") as stylizer:
        assert stylizer.styles == ("edtaonisl",)
        assert stylizer.info.runtime == "identity"
        assert stylizer.description


def test_the_module_is_the_command_too() -> None:
    finished = run_python("-m", "pleinair", "styles", "--json")
    assert finished.returncode == 0, finished.stderr
    assert '"scream"' in finished.stdout
