"""Which bundle paints, and the change between two of them, without a picture being lost."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from realtime.errors import BadInputError, UnknownNameError
from realtime.frame import Frame
from realtime.network.bundle import load_bundle, save_bundle
from realtime.network.library import SHIPPED
from realtime.settings import LiveSettings
from realtime.studio.rack import Rack
from realtime.studio.wall import Wall
from realtime.studio.wire import Part, Picture
from tests.helpers import quadrant_card

FRAME = Frame(quadrant_card(), 0, 0.0)
SECONDS = 120.0


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the user's own bundles."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "pleinair" / "styles"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def rack(own: Path) -> Iterator[Rack]:
    with closing(
        Rack(LiveSettings(engine="identity", denoise=False), lambda words: None)
    ) as opened:
        yield opened


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def paint(rack: Rack) -> Frame:
    look = rack.look()
    return rack.stylize(FRAME, look)


def test_it_fades_to_a_style_of_its_bundle(rack: Rack) -> None:
    easel = rack.easel
    rack.turn({"styles": {"scream": 1.0}, "strength": 0.5})
    assert rack.easel is easel
    assert rack.target.weights_of(rack.state) == {"scream": 1.0}
    until(lambda: rack.look().strength == 0.5)
    assert paint(rack).pixels.shape == FRAME.pixels.shape


def test_another_bundle_comes_while_this_one_paints(rack: Rack) -> None:
    rack.turn({"styles": {"scream": 1.0}, "stroke": 1.5})
    rack.turn({"bundle": "quality"})
    assert rack.target.bundle == "quality"
    until(lambda: paint(rack) is not None and rack.easel.bundle == "quality")
    assert rack.target.weights_of(rack.state) == {"scream": 1.0}
    assert rack.state.stroke == 1.5


def test_the_rate_is_held_and_let_go(rack: Rack) -> None:
    assert rack.easel.holds
    rack.turn({"hold": False})
    until(lambda: paint(rack) is not None and not rack.easel.holds)
    rack.turn({"hold": True})
    until(lambda: paint(rack) is not None and rack.easel.holds)


def test_what_there_is_not_is_refused_and_changes_nothing(rack: Rack) -> None:
    before = rack.state
    with pytest.raises(UnknownNameError, match="no style named"):
        rack.turn({"styles": {"vermeer": 1.0}, "strength": 0.1})
    with pytest.raises(UnknownNameError, match="no style named 'scream'"):
        rack.turn({"bundle": "article", "styles": {"scream": 1.0}})
    with pytest.raises(BadInputError, match="no bundle"):
        rack.turn({"bundle": "vermeer"})
    assert rack.state == before


def test_keys_are_those_of_the_live_window_but_cannot_end_it(rack: Rack) -> None:
    rack.press("2")
    assert rack.state.style == 1
    rack.press("q")
    rack.press("escape")
    assert not rack.state.quit


def add_style(folder: Path, name: str) -> Path:
    """Make a bundle that knows one style more than `fast`, by name at least."""
    bundle = load_bundle(SHIPPED / "fast.safetensors")
    styles = (*bundle.card.styles[:-1], replace(bundle.card.styles[-1], name=name))
    path = folder / f"{name}.safetensors"
    save_bundle(path, bundle.network, replace(bundle.card, styles=styles))
    return path


def test_a_style_that_is_learned_appears_on_the_wall_and_is_renewed(rack: Rack, own: Path) -> None:
    hung: list[Picture] = []
    lists: list[int] = []
    wall = Wall(
        rack, changed=lambda: lists.append(1), watched=lambda: True,
        show=lambda message: hung.append(Picture.from_bytes(message)),
    )  # fmt: skip
    with closing(wall):
        until(lambda: len({picture.index for picture in hung}) >= len(rack.easel.names))
        assert all(picture.part is Part.WALL for picture in hung)
        path = add_style(own, "poppies")
        until(lambda: "poppies" in [place.credit.name for place in wall.places])
        number = [place.credit.name for place in wall.places].index("poppies")
        until(lambda: any(p.index == number and p.version == wall.version % 2**16 for p in hung))
        rack.turn({"styles": {"poppies": 1.0}})
        until(lambda: paint(rack) is not None and rack.easel.bundle == "poppies")
        easel = rack.easel
        shutil.copy(SHIPPED / "fast.safetensors", path)  # as a checkpoint replaces it
        until(lambda: paint(rack) is not None and rack.easel is not easel)
    assert len(wall.pictures()) >= len(rack.easel.names)
