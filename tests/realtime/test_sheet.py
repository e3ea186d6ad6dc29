from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from realtime.cli import app
from realtime.errors import BadInputError
from realtime.network.library import SHIPPED, find_bundles
from realtime.sheet import ACROSS, CELL_PX, LABEL_PX, contact_sheet


def test_a_sheet_shows_every_style_of_every_photograph(
    shared_content: Path, tmp_path: Path
) -> None:
    photographs = sorted(shared_content.glob("*.jpg"))[:2]
    out = tmp_path / "sheet.png"
    finished = CliRunner().invoke(app, ["styles", "--sheet", str(out), *map(str, photographs)])
    assert finished.exit_code == 0, finished.output
    styles = sum(len(entry.card.names) for entry in find_bundles())
    picture = cv2.imread(str(out))
    assert picture is not None
    height, width = LABEL_PX + 2 * CELL_PX[1], (1 + styles) * CELL_PX[0]
    assert picture.shape == (height, width, 3)
    middles = [
        picture[LABEL_PX + 60 : LABEL_PX + 180, n * CELL_PX[0] + 100 : n * CELL_PX[0] + 220]
        for n in range(styles + 1)
    ]
    for painting in middles[1:]:
        assert np.abs(painting.astype(int) - middles[0]).mean() > 5


def test_without_photographs_it_is_the_landscape() -> None:
    entries = [entry for entry in find_bundles() if entry.name == "article"]
    assert contact_sheet(entries, []).shape == (LABEL_PX + CELL_PX[1], ACROSS * CELL_PX[0], 3)
    sheet = contact_sheet(find_bundles([SHIPPED]), [])
    assert sheet.shape[0] > LABEL_PX + CELL_PX[1], "more styles than fit into a row"


def test_a_sheet_is_a_picture() -> None:
    finished = CliRunner().invoke(app, ["styles", "--sheet", "sheet.pdf"])
    assert isinstance(finished.exception, BadInputError)
    assert "expected .png" in str(finished.exception)
    finished = CliRunner().invoke(app, ["styles", "fast", "article"])
    assert "give one" in str(finished.exception)


@pytest.mark.parametrize("name", ["fast", "scream"])
def test_one_name_tells_all(name: str) -> None:
    finished = CliRunner().invoke(app, ["styles", name])
    assert "fast network" in finished.output
