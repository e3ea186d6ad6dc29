from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime.cli import app
from realtime.errors import BadInputError
from realtime.frame import Pixels
from realtime.network.library import SHIPPED, Entry, find_bundles
from realtime.sheet import (
    CELL_PX,
    LABEL_PX,
    MOST_UPRIGHT,
    _across,
    _height,
    _label,
    contact_sheet,
    write_sheet,
)
from tests.commands import invoke
from tests.helpers import landscape, read_back, write_picture


def bundles(*names: str) -> list[Entry]:
    return [entry for entry in find_bundles([SHIPPED]) if entry.name in names]


def blocks(sheet: Pixels, scenes: int, rows: int) -> Pixels:
    """Return the pictures of a sheet of one bundle, (rows, scenes, columns, H, W, 3)."""
    width, height = CELL_PX
    columns = sheet.shape[1] // width
    body = sheet.reshape(rows, LABEL_PX + scenes * height, columns, width, 3)
    return body[:, LABEL_PX:].reshape(rows, scenes, height, columns, width, 3).swapaxes(2, 3)


def test_a_sheet_shows_every_style_of_every_photograph(tmp_path: Path) -> None:
    photographs = [tmp_path / "calm.png", tmp_path / "later.png"]
    for seconds, path in enumerate(photographs):
        write_picture(path, landscape(320, 240, 9.0 * seconds))
    out = tmp_path / "sheet.png"
    invoke(app, "styles", "--sheet", out, *photographs)
    assert np.array_equal(read_back(out), contact_sheet(find_bundles(), photographs))

    sheet = contact_sheet(bundles("fast"), photographs)
    rows = sheet.shape[0] // (LABEL_PX + 2 * CELL_PX[1])
    cells = blocks(sheet, 2, rows)
    originals = cells[:, :, 0].astype(int)
    assert (originals == originals[0]).all(), "every row begins with the originals"
    painted = [cells[r, :, c] for r in range(rows) for c in range(1, cells.shape[2])][:16]
    for one in painted:
        assert np.abs(one - originals[0]).mean((1, 2, 3)).min() > 5
    assert rows * (cells.shape[2] - 1) >= 16
    for row in range(rows):
        top = row * (LABEL_PX + 2 * CELL_PX[1])
        label = sheet[top : top + LABEL_PX, CELL_PX[0] : 2 * CELL_PX[0]]
        assert label.min() < 60, "a name above the first style of the row"


def test_of_a_folder_all_pictures_are_shown(tmp_path: Path) -> None:
    photographs = [
        write_picture(tmp_path / f"{number}.png", landscape(320, 240, 9.0 * number))
        for number in range(2)
    ]
    one, sheet = bundles("article"), tmp_path / "sheet.png"
    for _ in range(2):  # the sheet is in the folder itself, and never among its photographs
        write_sheet(sheet, one, [tmp_path])
        assert np.array_equal(read_back(sheet), contact_sheet(one, photographs))
    with pytest.raises(BadInputError, match="is the input itself"):
        write_sheet(photographs[0], one, [tmp_path], overwrite=True)


@pytest.mark.parametrize("scenes", [1, 4, 12])
@pytest.mark.parametrize("styles", [1, 4, 16, 33, 60, 300])
def test_any_number_of_styles_makes_a_sheet_to_look_at(scenes: int, styles: int) -> None:
    across = _across(scenes, styles)
    assert _height(scenes, styles, across) <= MOST_UPRIGHT * across * CELL_PX[0]
    assert across * CELL_PX[0] < 65_000, "JPEG holds no more"


def test_names_are_whole_and_large_whatever_their_length() -> None:
    for name in ("mosaic", "a-very-long-name-of-a-style-that-somebody-gave-" * 2):
        ink = _label(name, "").min(2) < 128
        assert not ink[:, -4:].any(), "nothing is cut"
    short = np.argwhere(_label("mosaic", "").min(2) < 128)
    assert np.ptp(short[:, 0]) >= 15, "letters 15 px high in a picture 320 px wide"
    both = _label("mosaic", "quality").min(2) < 160
    assert both[:, : CELL_PX[0] // 2].any()
    assert both[:, CELL_PX[0] // 2 :].any(), "which bundle it is"


def test_without_photographs_it_is_the_landscape() -> None:
    sheet = contact_sheet(bundles("article"), [])
    assert sheet.shape[0] == LABEL_PX + CELL_PX[1]
    small = cv2.resize(landscape(640, 480), CELL_PX, interpolation=cv2.INTER_AREA)
    assert np.abs(blocks(sheet, 1, 1)[0, 0, 0].astype(int) - small).mean() < 3


def test_a_sheet_is_a_picture() -> None:
    with pytest.raises(BadInputError, match=r"sheet\.pdf cannot be written, expected \.jpg"):
        app(["styles", "--sheet", "sheet.pdf"], standalone_mode=False)
    with pytest.raises(BadInputError, match="give one"):
        app(["styles", "fast", "article"], standalone_mode=False)
