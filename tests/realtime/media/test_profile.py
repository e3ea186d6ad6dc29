"""Colour profiles, against the arithmetic of their definitions."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from realtime.media.icc import ADOBE_GAMMA, ADOBE_RGB, matrix_profile
from realtime.media.picture import Picture, read_picture

STORED = (173, 53, 28)
P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
# Rows are red, green and blue of sRGB for the primaries of the other space, both linear, both D65:
# from the matrices of Lindbloom (Adobe RGB) and CSS Color 4 (Display P3).
ADOBE_TO_SRGB = [[1.3983, -0.3983, 0.0], [0.0, 1.0, 0.0], [0.0, -0.0429, 1.0429]]
P3_TO_SRGB = [[1.2249, -0.2249, 0.0], [-0.0420, 1.0420, 0.0], [-0.0196, -0.0786, 1.0982]]


def encoded(linear: np.ndarray) -> list[int]:
    linear = linear.clip(0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return [round(value) for value in (curved * 255).tolist()]


def decoded(stored: tuple[int, ...]) -> np.ndarray:
    v = np.array(stored) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


ADOBE = encoded(np.array(ADOBE_TO_SRGB) @ (np.array(STORED) / 255) ** ADOBE_GAMMA)
WIDE = encoded(np.array(P3_TO_SRGB) @ decoded(STORED))
FLAT = Image.new("RGB", (32, 32), STORED)


def colour_of(picture: Picture) -> list[int]:
    return [int(c) for c in picture.pixels[7, 7]]


def with_chunk(path: Path, name: bytes, content: bytes) -> Path:
    """Put a chunk behind the header of a PNG."""
    data = path.read_bytes()
    chunk = struct.pack(">I", len(content)) + name + content
    chunk += struct.pack(">I", zlib.crc32(name + content))
    path.write_bytes(data[:33] + chunk + data[33:])
    return path


def test_the_expected_values_are_no_accident() -> None:
    assert ADOBE == [201, 50, 19]  # as in the picture of the report
    assert WIDE[0] > STORED[0] > WIDE[1] + 100


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".avif"])
def test_an_embedded_profile_is_converted(tmp_path: Path, suffix: str) -> None:
    profile = matrix_profile(ADOBE_RGB, ADOBE_GAMMA)
    FLAT.save(tmp_path / f"wide{suffix}", icc_profile=profile, quality=100, lossless=True)
    assert colour_of(read_picture(tmp_path / f"wide{suffix}")) == pytest.approx(ADOBE, abs=3)


def test_profiles_of_pictures_with_alpha_and_of_palettes(tmp_path: Path) -> None:
    profile = matrix_profile(ADOBE_RGB, ADOBE_GAMMA)
    glass = FLAT.convert("RGBA")
    glass.putalpha(128)
    glass.save(tmp_path / "glass.png", icc_profile=profile)
    over = [round((c * 128 + 255 * 127) / 255) for c in ADOBE]
    assert colour_of(read_picture(tmp_path / "glass.png")) == pytest.approx(over, abs=1)
    FLAT.convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "p.png", icc_profile=profile)
    assert colour_of(read_picture(tmp_path / "p.png")) == pytest.approx(ADOBE, abs=1)


def test_srgb_by_any_name_changes_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    for profile in (
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        matrix_profile((0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06), None),
    ):
        Image.fromarray(noise).save(tmp_path / "usual.png", icc_profile=profile)
        np.testing.assert_array_equal(read_picture(tmp_path / "usual.png").pixels, noise)


def test_a_camera_that_says_adobe_rgb_in_exif_alone(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0xA001: 0xFFFF, 0xA005: {1: "R03\0"}}
    FLAT.save(tmp_path / "_DSC0001.jpg", exif=exif, quality=100, subsampling=0)
    assert colour_of(read_picture(tmp_path / "_DSC0001.jpg")) == pytest.approx(ADOBE, abs=3)


def test_a_png_that_says_it_by_numbers(tmp_path: Path) -> None:
    FLAT.save(tmp_path / "cicp.png")
    with_chunk(tmp_path / "cicp.png", b"cICP", bytes([12, 13, 0, 1]))
    assert colour_of(read_picture(tmp_path / "cicp.png")) == pytest.approx(WIDE, abs=1)
    FLAT.save(tmp_path / "chrm.png")
    chromaticity = struct.pack(">8I", *(round(value * 100_000) for value in P3))
    with_chunk(tmp_path / "chrm.png", b"cHRM", chromaticity)
    with_chunk(tmp_path / "chrm.png", b"gAMA", struct.pack(">I", 45_455))
    assert colour_of(read_picture(tmp_path / "chrm.png")) == pytest.approx(WIDE, abs=1)
    linear = encoded(np.array(STORED) / 255)
    for mode in ("RGB", "L"):
        picture = FLAT.convert(mode)
        picture.save(tmp_path / "linear.png")
        with_chunk(tmp_path / "linear.png", b"gAMA", struct.pack(">I", 100_000))
        grey = np.asarray(picture)[0, 0]
        wanted = linear if mode == "RGB" else encoded(np.array([grey] * 3) / 255)
        assert colour_of(read_picture(tmp_path / "linear.png")) == pytest.approx(wanted, abs=1)


def test_hdr_is_said(tmp_path: Path) -> None:
    FLAT.save(tmp_path / "hdr.png")
    with_chunk(tmp_path / "hdr.png", b"cICP", bytes([9, 16, 0, 1]))
    assert "HDR (PQ)" in read_picture(tmp_path / "hdr.png").notes[0]


def test_an_avif_of_wide_gamut(tmp_path: Path) -> None:
    FLAT.save(tmp_path / "wide.avif", quality=100, subsampling="4:4:4")
    data = (tmp_path / "wide.avif").read_bytes()
    at = data.index(b"colrnclx") + 8
    (tmp_path / "wide.avif").write_bytes(data[:at] + struct.pack(">HH", 12, 13) + data[at + 4 :])
    assert colour_of(read_picture(tmp_path / "wide.avif")) == pytest.approx(WIDE, abs=3)


def test_lab_and_cmyk(tmp_path: Path) -> None:
    lab = Image.new("LAB", (32, 32), (128, 128, 128))  # a, b = 0: grey of L* = 50
    lab.save(tmp_path / "lab.tif")
    assert colour_of(read_picture(tmp_path / "lab.tif")) == pytest.approx([119] * 3, abs=2)
    Image.new("CMYK", (32, 32), (0, 255, 255, 0)).save(tmp_path / "press.jpg", quality=100)
    picture = read_picture(tmp_path / "press.jpg")
    assert colour_of(picture) == pytest.approx([255, 0, 0], abs=3)
    assert picture.notes == ("is CMYK without a colour profile: its colours are a guess",)


def test_what_cannot_be_converted_is_said(tmp_path: Path) -> None:
    FLAT.save(tmp_path / "bad.png", icc_profile=b"no profile" * 20)
    picture = read_picture(tmp_path / "bad.png")
    assert picture.notes[0].startswith("is read as sRGB: its colour profile is damaged")
    assert colour_of(picture) == list(STORED)
    Image.new("CMYK", (32, 32)).save(
        tmp_path / "mixed.jpg", icc_profile=matrix_profile(ADOBE_RGB, ADOBE_GAMMA)
    )
    assert read_picture(tmp_path / "mixed.jpg").notes == (
        "is read as sRGB: its colour profile is for RGB, not CMYK",
    )


def test_a_png_text_is_no_profile(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("icc_profile", "hello")
    FLAT.save(tmp_path / "text.png", pnginfo=info)
    assert not read_picture(tmp_path / "text.png").notes
