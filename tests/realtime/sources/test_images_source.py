from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from realtime.errors import BadInputError
from realtime.sources.images_source import open_source, read_image
from tests.clips import cut_off, noise
from tests.helpers import quadrant_card, write_picture

CARD = quadrant_card()


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff"])
def test_lossless_pictures_are_exact(tmp_path: Path, suffix: str) -> None:
    pixels = read_image(write_picture(tmp_path / f"été{suffix}"))
    assert pixels.flags.c_contiguous
    np.testing.assert_array_equal(pixels, CARD)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_16_bits_become_8(tmp_path: Path, suffix: str) -> None:
    path = write_picture(tmp_path / f"deep{suffix}", CARD.astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_image(path), CARD)


@pytest.mark.parametrize("scale", [1, 257])
def test_transparency_is_laid_over_white(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, scale: int
) -> None:
    rgba = np.zeros((32, 32, 4), np.uint8 if scale == 1 else np.uint16)
    rgba[..., 0] = 200 * scale
    rgba[:, 8:16, 3], rgba[:, 16:, 3] = 51 * scale, 255 * scale  # 0, 20 and 100 per cent
    pixels = read_image(write_picture(tmp_path / "glass.png", rgba))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[0, 10].tolist() == [244, 204, 204]
    assert pixels[0, 20].tolist() == [200, 0, 0]
    assert "transparent in places: laid over white" in caplog.text


def test_opaque_alpha_is_no_matter(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rgba = np.dstack([CARD, np.full(CARD.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(read_image(write_picture(tmp_path / "card.png", rgba)), CARD)
    assert not caplog.text


def test_folder_in_order(tmp_path: Path) -> None:
    for i, name in enumerate(["b.png", "a.PNG", "c.jpg", ".hidden.png", "d"]):
        path = write_picture(tmp_path / f"{i}.png", quadrant_card(32 + 2 * i, 32))
        path.rename(tmp_path / name)
    source = open_source(str(tmp_path))
    frames = list(source)
    assert [path.name for path in source.paths] == ["a.PNG", "b.png", "c.jpg", "d"]
    assert [(f.index, f.pts_seconds) for f in frames] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert [frame.width for frame in frames] == [34, 32, 36, 40]
    assert source.frame_count == 4
    assert not source.live
    source.close()


def test_several_paths(tmp_path: Path) -> None:
    one, two = write_picture(tmp_path / "one.png"), write_picture(tmp_path / "two.png")
    assert open_source(os.pathsep.join([str(two), str(one)])).paths == (two, one)


def test_separator_inside_a_name(tmp_path: Path) -> None:
    path = write_picture(tmp_path / f"a{os.pathsep}b.png")
    assert open_source(str(path)).paths == (path,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"Dear diary", "is a text, expected one of these pictures: "),
        (b"\0\1\2\3" * 9, "is damaged or something else, expected one of these"),
        (b"GIF89a" + bytes(50), "is damaged or incomplete"),
        (b"%PDF-1.7 ...", "is a PDF document, expected one of these"),
        (b"<!DOCTYPE html><html>", "is an HTML page"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "is a HEIC picture, expected one of these"),
        (
            b"\0\0\0\x18ftypisom" + bytes(40),
            "is an MP4 or QuickTime video, expected a picture: paint",
        ),
    ],
)
def test_no_picture_inside(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=message):
        read_image(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_cut_off_picture(tmp_path: Path, suffix: str) -> None:
    path = cut_off(write_picture(tmp_path / f"noise{suffix}", noise(1)[0]))
    with pytest.raises(BadInputError, match="is damaged or incomplete"):
        read_image(path)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (15, 40), (40, 15)])
def test_too_small(tmp_path: Path, width: int, height: int) -> None:
    path = write_picture(tmp_path / "dot.png", np.zeros((height, width, 3), np.uint8))
    with pytest.raises(BadInputError, match=f"is {width}x{height} pixels, expected at least 16x16"):
        read_image(path)


def test_no_picture_at_a_path(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"there is no picture nowhere\.png"):
        open_source("nowhere.png")
    with pytest.raises(BadInputError, match=r"there is no picture nowhere\.png"):
        read_image(Path("nowhere.png"))
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(BadInputError, match="holds no picture"):
        open_source(str(tmp_path))
    with pytest.raises(BadInputError, match="is a folder, expected a picture"):
        read_image(tmp_path)
