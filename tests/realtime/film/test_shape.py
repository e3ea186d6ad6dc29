"""Transparency, pixels that are not square, untagged colours, and what no painting takes over."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.frame import Pixels
from realtime.sources import stream_source
from tests.clips import read_frames, write_clip
from tests.film import add_pictures, add_tone, copied, paint, picture_stream, play_tone, said_of
from tests.helpers import quadrant_card, read_back


def half_hidden() -> Pixels:
    """RGBA: the left half is red and opaque, the right half transparent; green is hidden there."""
    picture = np.zeros((48, 64, 4), np.uint8)
    picture[:, :32] = 200, 30, 30, 255
    picture[:, 32:] = 20, 220, 20, 0
    return picture


def write_transparent(path: Path, codec: str, pixel_format: str, pixels: Pixels) -> Path:
    with av.open(str(path), "w") as container:
        stream = picture_stream(container, codec=codec)
        stream.pix_fmt = pixel_format
        if codec.startswith("libvpx"):
            stream.metadata["alpha_mode"] = "1"
            stream.options["auto-alt-ref"] = "0"
        add_pictures(container, stream, [pixels] * 3, layout="rgba")
    return path


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format"),
    [
        (".webm", "libvpx-vp9", "yuva420p"),
        (".webm", "libvpx", "yuva420p"),
        (".mov", "prores_ks", "yuva444p10le"),
        (".mov", "qtrle", "argb"),
        (".mov", "png", "rgba"),
        (".mkv", "ffv1", "yuva420p"),
    ],
)
def test_what_is_transparent_is_white_and_said(
    tmp_path: Path, suffix: str, codec: str, pixel_format: str
) -> None:
    clip = write_transparent(tmp_path / f"in{suffix}", codec, pixel_format, half_hidden())
    for frame in read_frames(clip):
        np.testing.assert_allclose(frame.pixels[10:-10, 40:-8], 255, atol=3)
        np.testing.assert_allclose(
            frame.pixels[10:-10, 8:24].reshape(-1, 3), [(200, 30, 30)] * (28 * 16), atol=9
        )
    said = said_of(clip, tmp_path / "out.mp4")
    assert "Its transparency is laid over white." in said[-1]


def test_what_could_be_transparent_and_is_not_is_not_mentioned(tmp_path: Path) -> None:
    pixels = half_hidden()
    pixels[..., 3] = 255
    clip = write_transparent(tmp_path / "in.mov", "qtrle", "argb", pixels)
    np.testing.assert_array_equal(read_frames(clip)[0].pixels, pixels[..., :3])
    assert said_of(clip, tmp_path / "out.mp4") == []


@pytest.mark.parametrize(
    ("aspect", "size"),
    [(Fraction(4, 3), (85, 48)), (Fraction(1, 2), (64, 96)), (Fraction(1), (64, 48))],
)
def test_pictures_and_gifs_have_square_pixels(
    tmp_path: Path, aspect: Fraction, size: tuple[int, int]
) -> None:
    clip = write_clip(tmp_path / "in.mkv", [quadrant_card()] * 3, aspect=aspect)
    (finished,) = paint(clip, out=tmp_path / "p%02d.png")
    assert finished.frames == 3
    picture = read_back(tmp_path / "p01.png")
    with av.open(str(copied(clip, tmp_path / "out.gif"))) as container:
        gif = container.streams.video[0]
        shapes = {(picture.shape[1], picture.shape[0]), (gif.width, gif.height)}
    assert shapes == {size}
    quarter = picture[: size[1] // 2 - 12, : size[0] // 2 - 12]
    np.testing.assert_allclose(np.median(quarter, axis=(0, 1)), (220, 30, 30), atol=6)


@pytest.mark.parametrize("height", [48, 720])
def test_a_stream_guesses_colours_as_a_file_does(tmp_path: Path, height: int) -> None:
    clip = write_clip(tmp_path / "in.mkv", [quadrant_card(64, height)] * 3)
    with stream_source.open_source(str(clip), size=None, rate_fps=None) as source:
        frame = next(iter(source))
    np.testing.assert_array_equal(frame.pixels, read_frames(clip)[0].pixels)


def test_what_is_lost_is_said_in_one_line(tmp_path: Path) -> None:
    clip = tmp_path / "in.mkv"
    with av.open(str(clip), "w") as container:
        stream = picture_stream(container)
        stream.metadata["stereo_mode"] = "left_right"
        stream.metadata["timecode"] = "01:00:00:00"
        container.add_attachment("Letters.ttf", "application/x-truetype-font", b"no real font")
        sound = add_tone(container, layout="5.1", codec="flac")
        add_pictures(container, stream, [quadrant_card()] * 5)
        play_tone(container, sound, 0.2)
    assert said_of(clip, tmp_path / "out.webm") == [
        "in.mkv: Left out: 1 attached file (fonts), its timecode, its stereo mode (both views are "
        "painted as one picture).",
        "in.mkv: Its sound is encoded again as libopus, its 6 channels as stereo: a webm file "
        "cannot hold flac here.",
    ]
