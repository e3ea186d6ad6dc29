"""Pictures as people have them, written by Pillow, OpenCV or by hand."""

from __future__ import annotations

import os
import struct
import threading
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, TiffImagePlugin, TiffTags

from realtime.errors import BadInputError
from realtime.media.formats import is_animated, is_still
from realtime.media.picture import read_picture
from realtime.reading import is_picture
from realtime.sources import open_source
from tests.helpers import quadrant_card

CARD = quadrant_card()
ROWS = [Image.fromarray(np.roll(CARD, 4 * i, axis=1)) for i in range(3)]


def over_white(colour: tuple[int, ...], alpha: int) -> list[int]:
    return [round((c * alpha + 255 * (255 - alpha)) / 255) for c in colour]


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".gif"])
def test_transparency_is_laid_over_white_once(tmp_path: Path, suffix: str) -> None:
    glass = Image.new("RGBA", (32, 32), (200, 50, 20, 0 if suffix == ".gif" else 128))
    glass.paste((200, 50, 20, 255), (0, 0, 16, 32))
    glass.save(tmp_path / f"glass{suffix}", lossless=True)
    picture = read_picture(tmp_path / f"glass{suffix}")
    wanted = over_white((200, 50, 20), 0 if suffix == ".gif" else 128)
    assert picture.pixels[5, 20].tolist() == wanted
    assert picture.pixels[5, 5].tolist() == [200, 50, 20]
    assert picture.notes == ("is transparent in places: laid over white",)


@pytest.mark.parametrize("depth", [8, 16])
def test_alpha_of_tiff_as_stored_or_multiplied_in(tmp_path: Path, depth: int) -> None:
    scale = 257 if depth == 16 else 1
    kind = np.uint16 if depth == 16 else np.uint8
    for extra, colour in ((2, (200, 50, 20)), (1, (100, 25, 10))):
        bgra = np.full((32, 32, 4), (*colour[::-1], 128), np.uint32) * scale
        path = write_tiff(tmp_path / "glass.tif", bgra[..., [2, 1, 0, 3]].astype(kind), extra)
        off = read_picture(path).pixels[3, 3] - np.array(over_white((200, 50, 20), 128))
        assert np.abs(off).max() <= 1


def write_tiff(path: Path, pixels: np.ndarray, extra: int) -> Path:
    """Write RGBA without compression; `extra` is what the fourth channel means (TIFF 6.0)."""
    data, bits = pixels.tobytes(), pixels.dtype.itemsize * 8
    height, width = pixels.shape[:2]
    after = 8 + 2 + 12 * 10 + 4
    tags = [(256, 3, 1, width), (257, 3, 1, height), (258, 3, 4, after), (259, 3, 1, 1),
            (262, 3, 1, 2), (273, 4, 1, after + 8), (277, 3, 1, 4), (278, 3, 1, height),
            (279, 4, 1, len(data)), (338, 3, 1, extra)]  # fmt: skip
    fields = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + fields + bytes(4)
    path.write_bytes(head + struct.pack("<4H", *[bits] * 4) + data)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_every_kind_is_turned_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    # What is stored for each value of the tag so that the card is seen.
    stored = {
        1: CARD, 2: CARD[:, ::-1], 3: np.rot90(CARD, 2), 4: CARD[::-1], 5: CARD.swapaxes(0, 1),
        6: np.rot90(CARD), 7: np.rot90(CARD, 2).swapaxes(0, 1), 8: np.rot90(CARD, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(np.ascontiguousarray(stored))
    picture.putalpha(254)  # transparency does not keep it from being turned
    path = tmp_path / f"turned{suffix}"
    (picture.convert("RGB") if suffix == ".jpg" else picture).save(path, exif=exif)
    pixels = read_picture(path).pixels
    assert pixels.shape == CARD.shape
    assert np.median(np.abs(pixels.astype(int) - CARD)) <= 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16", "LA"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    ramp = np.arange(32 * 32).reshape(32, 32).astype(np.uint8)
    if mode == "I;16":
        deep = np.minimum(ramp.astype(np.uint32) * 257 + 100, 65_535)
        picture = Image.fromarray(deep.astype(np.uint16))
    else:
        picture = Image.fromarray(ramp).convert(mode)
    picture.save(tmp_path / "picture.tif")
    found = read_picture(tmp_path / "picture.tif").pixels
    wanted = ramp if mode != "1" else np.asarray(picture).astype(np.uint8) * 255
    assert found.shape == (32, 32, 3)
    assert np.abs(found.astype(int) - wanted[..., None]).max() <= 1


def test_pages_of_a_tiff_are_said(tmp_path: Path) -> None:
    ROWS[0].save(tmp_path / "scan.tif", save_all=True, append_images=ROWS[1:])
    picture = read_picture(tmp_path / "scan.tif")
    np.testing.assert_array_equal(picture.pixels, CARD)
    assert picture.notes == ("has 3 pages: the first is read",)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif", ".avif"])
def test_what_moves_is_no_still_picture(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"moving{suffix}"
    ROWS[0].save(path, save_all=True, append_images=ROWS[1:], duration=100)
    assert is_animated(path)
    with pytest.raises(BadInputError, match=r"is animated \(3 frames\), expected a still picture"):
        read_picture(path)
    assert not is_still(path)
    if suffix in (".webp", ".avif"):
        said = "that moves: FFmpeg cannot read films of this kind"
        with pytest.raises(BadInputError, match=said):
            open_source(str(path))
    else:
        with open_source(str(path)) as source:
            assert len(list(source)) == 3


@pytest.mark.parametrize("suffix", [".png", ".webp", ".avif", ".jpg"])
def test_a_still_picture_is_no_film(tmp_path: Path, suffix: str) -> None:
    ROWS[0].save(tmp_path / f"still{suffix}")
    assert not is_animated(tmp_path / f"still{suffix}")
    assert is_still(tmp_path / f"still{suffix}")
    with open_source(str(tmp_path / f"still{suffix}")) as source:
        (frame,) = source
    assert np.median(np.abs(frame.pixels.astype(int) - CARD)) <= 3


def test_a_gif_of_one_picture_is_a_picture(tmp_path: Path) -> None:
    ROWS[0].save(tmp_path / "still.gif")
    np.testing.assert_allclose(read_picture(tmp_path / "still.gif").pixels, CARD, atol=4)
    assert not is_still(tmp_path / "still.gif")  # and a film, if one wants


def test_a_tiff_of_more_than_4_gb_would_be_known(tmp_path: Path) -> None:
    ROWS[0].save(tmp_path / "big.tif", big_tiff=True)
    np.testing.assert_array_equal(read_picture(tmp_path / "big.tif").pixels, CARD)


def test_an_avif_that_names_the_general_format_first(tmp_path: Path) -> None:
    ROWS[0].save(tmp_path / "photo.avif")
    data = (tmp_path / "photo.avif").read_bytes()
    assert data[8:12] == b"avif"
    assert b"mif1" in data[16:40]
    (tmp_path / "photo.avif").write_bytes(data[:8] + b"mif1" + data[12:])
    assert read_picture(tmp_path / "photo.avif").pixels.shape == CARD.shape


@pytest.mark.parametrize("name", ["photo.avif", "photo.jp2", "photo.ppm", "photo", "photo.txt"])
def test_known_by_content(tmp_path: Path, name: str) -> None:
    kind = {"photo.avif": "AVIF", "photo.jp2": "JPEG2000", "photo.ppm": "PPM"}.get(name, "JPEG")
    ROWS[0].save(tmp_path / name, kind)
    assert is_picture(tmp_path / name)
    assert np.median(np.abs(read_picture(tmp_path / name).pixels.astype(int) - CARD)) <= 3


def write_png_header(path: Path, width: int, height: int) -> Path:
    """Write a PNG of one black pixel whose header promises more."""
    data = bytearray(cv2.imencode(".png", np.zeros((1, 1, 3), np.uint8))[1].tobytes())
    header = b"IHDR" + struct.pack(">II", width, height) + bytes(data[24:29])
    data[12:33] = header + struct.pack(">I", zlib.crc32(header))
    path.write_bytes(data)
    return path


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = write_png_header(tmp_path / "gigapixel.png", 32_769, 32_769)
    with pytest.raises(BadInputError, match="is 32769x32769 pixels, more than the 268 million"):
        read_picture(path)


def test_large_jpegs_may_be_read_smaller(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    ROWS[0].resize((256, 192)).save(path, quality=95)
    with pytest.raises(BadInputError, match="scale it down first"):
        read_picture(path, most_pixels=128 * 96)
    small = read_picture(path, most_pixels=128 * 96, may_shrink=True).pixels
    assert small.shape == (96, 128, 3)
    assert small[10, 10].tolist() == pytest.approx(CARD[5, 5].tolist(), abs=4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    said: list[str] = []

    def read() -> None:
        try:
            read_picture(tmp_path / "pipe.png")
        except BadInputError as exc:
            said.append(str(exc))

    thread = threading.Thread(target=read, daemon=True)  # that hangs must not hang the tests
    thread.start()
    thread.join(20)
    expected = "is a pipe or a device, expected a picture: save it as a file first"
    assert said == [f"{tmp_path / 'pipe.png'} {expected}"]
    assert not is_picture(tmp_path / "pipe.png")


@pytest.mark.parametrize(
    "tags",
    [{0xC612: b"\1\4\0\0"}, {0x00FE: 1, 0x014A: 8}],
    ids=["DNG", "a thumbnail before the picture, as NEF and ARW"],
)
def test_of_raw_pictures_the_thumbnail_is_not_painted(
    tags: dict[int, object], tmp_path: Path
) -> None:
    path = tmp_path / "x.nef"
    stored = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        stored.tagtype[tag] = TiffTags.BYTE if isinstance(value, bytes) else TiffTags.LONG
        stored[tag] = value
    Image.fromarray(quadrant_card()).save(path, "TIFF", tiffinfo=stored)
    with pytest.raises(BadInputError, match=r"RAW picture, .* develop it first") as caught:
        read_picture(path)
    assert "\n" not in str(caught.value)


def test_a_raw_picture_that_pillow_cannot_open_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "X.NEF"
    path.write_bytes(b"II*\0\x08\0\0\0" + bytes(80))
    with pytest.raises(BadInputError, match=r"RAW picture, .* develop it first"):
        read_picture(path)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"II*\0\x10\0\0\0CR\2\0", "is a Canon RAW picture, .*: develop it first"),
        (b"FUJIFILMCCD-RAW 0201", "is a Fujifilm RAW picture, .*: develop it first"),
        (b"\0\0\0\x18ftypheic", "is a HEIC picture, .*: save it as JPEG .*Most Compatible"),
        (b"\xff\x0a", "is a JPEG XL picture, .*: save it as JPEG or PNG"),
        (b"v/1\1\2\0\0\0", "is an OpenEXR picture, .*: save it as JPEG or PNG"),
        (b"gimp xcf v011", "is a GIMP document, .*: save it as JPEG or PNG"),
    ],
)
def test_what_is_not_read_is_named_with_what_to_do(head: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.picture"
    path.write_bytes(head + bytes(80))
    with pytest.raises(BadInputError, match=said):
        read_picture(path)
