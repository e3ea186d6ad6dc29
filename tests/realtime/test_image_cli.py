"""`pleinair image`, in one process: lists, folders, and what is said of them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from realtime.cli import app
from tests.helpers import quadrant_card


def image(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["image", *map(str, arguments), "--engine", "identity"])


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.jpg", "b.png", "c"):
        Image.fromarray(quadrant_card()).save(folder / name, "PNG")
    return folder


def test_a_folder_is_painted_into_one_that_is_made(photos: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in photos.iterdir()}
    out = tmp_path / "not" / "there"
    result = image(photos, "--out", out)
    assert result.exit_code == 0, result.output
    painted = sorted(path.name for path in out.iterdir())
    assert painted == ["a-starry-night.jpg", "b-starry-night.png", "c-starry-night.png"]
    assert {path.name: path.read_bytes() for path in photos.iterdir()} == before
    with Image.open(out / "b-starry-night.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), quadrant_card())


def test_one_bad_picture_ends_nothing(photos: Path, tmp_path: Path) -> None:
    (photos / "b.png").write_bytes((photos / "b.png").read_bytes()[:60])
    result = image(
        photos / "none.jpg", photos / "b.png", photos / "a.jpg", "--out", tmp_path / "out"
    )
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        str(tmp_path / "out" / "a-starry-night.jpg"), "1 of 3 pictures are painted",
    ]  # fmt: skip
    first, second = result.stderr.splitlines()
    assert first.startswith(f"pleinair: there is no picture {photos / 'none.jpg'}")
    assert second.startswith(f"pleinair: {photos / 'b.png'} is damaged or incomplete")


def test_nothing_is_made_for_nothing(photos: Path, tmp_path: Path) -> None:
    result = image(photos / "none.jpg", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_the_list_is_refused(photos: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    result = image(tmp_path / "pipe.png", photos / "a.jpg", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "pipe.png is a pipe or a device" in result.stderr
    assert "1 of 2 pictures are painted" in result.stdout
