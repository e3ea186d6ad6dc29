"""Which bundle paints, and the change between two of them, without a picture being lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from realtime.errors import BadInputError, UnknownNameError
from realtime.frame import Frame
from realtime.network.bundle import load_bundle, save_bundle
from realtime.settings import LiveSettings
from realtime.studio.bundle_switcher import BundleSwitcher
from realtime.studio.wall import Wall
from realtime.studio.wire import Part, Picture
from tests.helpers import FAST, quadrant_card, until

FRAME = Frame(quadrant_card(), 0, 0.0)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the user's own bundles."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "pleinair" / "styles"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def switcher(own: Path) -> Iterator[BundleSwitcher]:
    settings = LiveSettings(engine="identity", denoise=False)
    with closing(BundleSwitcher(settings, lambda words: None)) as opened:
        yield opened


def paint(switcher: BundleSwitcher) -> Frame:
    return switcher.stylize(FRAME, switcher.look())


def test_it_fades_to_a_style_of_its_bundle(switcher: BundleSwitcher) -> None:
    active = switcher.active
    switcher.apply({"styles": {"scream": 1.0}, "strength": 0.5})
    assert switcher.active is active
    assert switcher.target.weights_of(switcher.state) == {"scream": 1.0}
    until(lambda: switcher.look().strength == 0.5)
    assert paint(switcher).pixels.shape == FRAME.pixels.shape


def test_another_bundle_comes_while_this_one_paints(switcher: BundleSwitcher) -> None:
    switcher.apply({"styles": {"scream": 1.0}, "stroke": 1.5})
    switcher.apply({"bundle": "quality"})
    assert switcher.target.bundle == "quality"
    until(lambda: paint(switcher) is not None and switcher.active.bundle == "quality")
    assert switcher.target.weights_of(switcher.state) == {"scream": 1.0}
    assert switcher.state.stroke == 1.5


def test_the_rate_is_held_and_let_go(switcher: BundleSwitcher) -> None:
    assert not switcher.active.holds
    switcher.apply({"hold": True})
    until(lambda: paint(switcher) is not None and switcher.active.holds)
    switcher.apply({"hold": False})
    until(lambda: paint(switcher) is not None and not switcher.active.holds)


def test_what_there_is_not_is_refused_and_changes_nothing(switcher: BundleSwitcher) -> None:
    before = switcher.state
    with pytest.raises(UnknownNameError, match="no style named"):
        switcher.apply({"styles": {"vermeer": 1.0}, "strength": 0.1})
    with pytest.raises(UnknownNameError, match="no style named 'scream'"):
        switcher.apply({"bundle": "article", "styles": {"scream": 1.0}})
    with pytest.raises(BadInputError, match="no bundle"):
        switcher.apply({"bundle": "vermeer"})
    assert switcher.state == before


def test_keys_are_those_of_the_live_window_but_cannot_end_it(switcher: BundleSwitcher) -> None:
    switcher.press("2")
    assert switcher.state.style == 1
    switcher.press("q")
    switcher.press("escape")
    assert not switcher.state.quit


def add_style(folder: Path, name: str) -> Path:
    """Make a bundle that knows one style more than `fast`, by name at least."""
    bundle = load_bundle(FAST)
    styles = (*bundle.card.styles[:-1], replace(bundle.card.styles[-1], name=name))
    path = folder / f"{name}.safetensors"
    save_bundle(path, bundle.network, replace(bundle.card, styles=styles))
    return path


def test_a_style_that_is_learned_appears_on_the_wall_and_is_renewed(
    switcher: BundleSwitcher, own: Path
) -> None:
    hung: list[Picture] = []
    lists: list[int] = []
    wall = Wall(
        switcher, changed=lambda: lists.append(1), watched=lambda: True,
        show=lambda message: hung.append(Picture.from_bytes(message)),
    )  # fmt: skip
    with closing(wall):
        until(lambda: len({picture.index for picture in hung}) >= len(switcher.active.names))
        assert all(picture.part is Part.WALL for picture in hung)
        path = add_style(own, "poppies")
        until(lambda: "poppies" in [place.credit.name for place in wall.places])
        number = [place.credit.name for place in wall.places].index("poppies")
        until(lambda: any(p.index == number and p.version == wall.version % 2**16 for p in hung))
        switcher.apply({"styles": {"poppies": 1.0}})
        until(lambda: paint(switcher) is not None and switcher.active.bundle == "poppies")
        active = switcher.active
        shutil.copy(FAST, path)  # as a checkpoint replaces it
        until(lambda: paint(switcher) is not None and switcher.active is not active)
    assert len(wall.pictures()) >= len(switcher.active.names)
