"""`pleinair styles`: a table for people, on terminals of any kind and through pipes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from realtime.folders import cache_folder
from realtime.network.library import SHIPPED, Entry, find_bundles
from realtime.style_table import print_styles
from realtime.thumbnails import UPPER_HALF, in_half_blocks, shows_pictures, thumbnails_of
from tests.commands import pleinair_here
from tests.helpers import quadrant_card


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    return find_bundles([SHIPPED])


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def terminal(width: int = 80, **environment: str) -> Console:
    return Console(
        file=io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True), width=width,
        force_terminal=True, _environ={"TERM": "xterm", **environment},
    )  # fmt: skip


def printed(console: Console, entries: tuple[Entry, ...]) -> str:
    print_styles(entries, console)
    assert isinstance(console.file, io.TextIOWrapper)
    console.file.seek(0)
    return console.file.read()


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_through_a_pipe_every_style_is_one_line_and_nothing_but_text(
    entries: tuple[Entry, ...],
) -> None:
    said = pleinair_here("styles").stdout.splitlines()
    lines = {line.split()[0]: line for line in said}
    names = {name for entry in entries for name in entry.card.names}
    assert names <= lines.keys()
    assert len(said) == len(lines), "each style once"
    assert re.search(r"The Starry Night, Vincent van Gogh, 1889 +fast, quality", said[1])
    assert re.search(r"Francis Picabia, 1913 +fast, article, quality", lines["edtaonisl"])
    assert not {"\x1b", UPPER_HALF} & set("".join(said))


@pytest.mark.parametrize("width", [80, 110])
def test_a_terminal_of_true_colour_shows_thumbnails(entries: tuple[Entry, ...], width: int) -> None:
    text = printed(terminal(width, COLORTERM="truecolor"), entries)
    plain = without_colours(text)
    assert "\x1b[38;2;" in text
    assert plain.count(UPPER_HALF) == 16 * 16 * 4, "16 columns and 4 lines for each of 16 styles"
    assert max(map(len, plain.splitlines())) <= width
    for name in entries[0].card.names:
        assert re.search(rf"\b{name}\b", plain), "no name is broken"
    assert "pleinair styles --sheet" in plain


@pytest.mark.parametrize(
    "environment", [{"COLORTERM": "truecolor", "NO_COLOR": "1"}, {}, {"TERM": "dumb"}]
)
def test_other_terminals_show_the_same_without(
    entries: tuple[Entry, ...], environment: dict[str, str]
) -> None:
    text = printed(terminal(80, **environment), entries)
    assert UPPER_HALF not in text
    assert "38;2" not in text
    assert max(map(len, without_colours(text).splitlines())) <= 80
    assert "Vincent van Gogh, 1889" in text


def test_a_terminal_that_cannot_print_blocks_shows_none() -> None:
    latin = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    console = Console(file=latin, force_terminal=True, color_system="truecolor")
    assert not shows_pictures(console)


def test_without_anything_that_paints_the_names_are_there_all_the_same(
    entries: tuple[Entry, ...], tmp_path: Path
) -> None:
    damaged = Entry(tmp_path / "gone.safetensors", entries[0].card)
    text = printed(terminal(80, COLORTERM="truecolor"), (damaged,))
    assert UPPER_HALF not in text
    assert "starry-night" in text


def test_half_blocks_have_the_colours_of_the_picture() -> None:
    text = in_half_blocks(quadrant_card(), (4, 1))
    assert text.plain == 4 * UPPER_HALF
    colours = [
        (span.style.color.triplet, span.style.bgcolor.triplet)  # type: ignore[union-attr]
        for span in text.spans
    ]
    assert colours[0] == ((220, 30, 30), (40, 50, 210)), "red above blue"
    assert colours[-1] == ((30, 200, 40), (230, 220, 30)), "green above yellow"


def test_thumbnails_are_painted_once_and_look_like_their_styles(entries: tuple[Entry, ...]) -> None:
    pictures = thumbnails_of(entries[0])
    assert {picture.shape for picture in pictures} == {(48, 64, 3)}
    flat = np.stack(pictures).reshape(16, -1).astype(int)
    for i in range(16):
        others = np.abs(flat - flat[i]).mean(1)
        assert (others > 4).sum() == 15, entries[0].card.names[i]
    red, _, blue = pictures[entries[0].card.names.index("starry-night")].mean((0, 1))
    assert blue > 1.2 * red, "not BGR"
    kept = next((cache_folder() / "thumbnails").iterdir())
    cv2.imwrite(str(kept), np.full((48, 16 * 64, 3), 7, np.uint8))
    assert all((picture == 7).all() for picture in thumbnails_of(entries[0])), "from the cache"
    kept.write_bytes(b"\x89PNG, cut off")
    assert np.array_equal(thumbnails_of(entries[0]), pictures), "painted anew"


def test_a_style_is_told_of_first_as_its_user_wants_to_know_it() -> None:
    said = pleinair_here("styles", "scream").stdout
    for line in (
        "painting  The Scream", "painter   Edvard Munch", "year      1893",
        "networks  fast, quality", "pleinair live --style scream",
        "pleinair live --style scream --bundle quality",
    ):  # fmt: skip
        assert line in said
    assert re.search(r"scream +0\.\d+ +0\.\d+ +0\.\d+ +0\.\d+", said)
    assert "adam" not in said
    assert "steps in" not in said
    whole = pleinair_here("styles", "scream", "--verbose").stdout
    assert whole.startswith(said.partition("\n  how it was trained")[0])
    assert "adam beta" in whole
    assert whole.count("how it was made") == 2


def test_the_bundles_are_told_of_when_asked(entries: tuple[Entry, ...]) -> None:
    said = pleinair_here("styles", "--verbose").stdout
    for entry in entries:
        assert f"{entry.name}: {entry.card.config.architecture} network" in said
    assert str(SHIPPED) in said
