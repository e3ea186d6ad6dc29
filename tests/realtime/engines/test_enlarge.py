"""Painting at another size, and what a look's strokes, detail and colours do in real engines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime.engines import open_engine
from realtime.engines.enlarge import enlarged, reduced, scaled_size, with_colours_of
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.library import choose
from tests.helpers import quadrant_card


def scene(width: int = 320, height: int = 240) -> Pixels:
    """Soft ground with sharp, thin things on it."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    ground = (90 + 60 * np.sin(x / 50) + 40 * np.cos(y / 70)).astype(np.uint8)
    picture = np.dstack([ground, ground, 255 - ground])
    for i in range(6):
        cv2.line(picture, (20 + 50 * i, 10), (60 + 40 * i, height - 20), (240, 240, 240), 2)
        cv2.circle(picture, (30 + 50 * i, 120), 12, (10, 10, 30), -1)
    return np.ascontiguousarray(picture, np.uint8)


def error(one: Pixels, two: Pixels) -> float:
    return float(np.abs(one.astype(float) - two).mean())


def test_edges_of_the_picture_come_back() -> None:
    picture = scene()
    small = reduced(picture, (128, 96))
    painting = 255 - small  # its light does not follow the picture's: smooth enlargement
    followed = (small * 0.7 + 20).astype(np.uint8)
    wanted = (picture * 0.7 + 20).astype(np.uint8)
    smooth = cv2.resize(followed, (320, 240), interpolation=cv2.INTER_CUBIC)
    assert error(enlarged(followed, small, picture), wanted) < 0.6 * error(smooth, wanted)  # type: ignore[arg-type]
    plain = cv2.resize(painting, (320, 240), interpolation=cv2.INTER_CUBIC)
    assert error(enlarged(painting, small, picture), plain) < 0.5  # type: ignore[arg-type]


def test_flat_stays_flat_and_other_sizes_fit() -> None:
    grey = np.full((61, 83, 3), 120, np.uint8)
    small = reduced(grey, scaled_size(83, 61, 0.5))
    assert small.shape == (32, 40, 3)
    np.testing.assert_array_equal(enlarged(small, small, grey), grey)
    larger = reduced(grey, scaled_size(83, 61, 2.0))
    assert enlarged(larger, larger, grey).shape == grey.shape
    assert scaled_size(20, 17, 0.2) == (16, 16)


def test_colours_are_kept_and_light_is_the_painting_s() -> None:
    card = quadrant_card()
    grey_painting = np.full_like(card, 128)
    kept = with_colours_of(grey_painting, card)
    luma = cv2.cvtColor(kept, cv2.COLOR_RGB2GRAY)[2, 2]
    assert abs(int(luma) - 128) < 30  # as far as the colour allows
    assert kept[2, 2, 0] > kept[2, 2, 1] + 60
    assert with_colours_of(card, card).astype(int) == pytest.approx(card, abs=3)


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_strokes_detail_and_colours_work_in_engines(engine: str) -> None:
    entry, look = choose("mosaic")
    opened = open_engine(engine, Path(entry.path))
    frame = Frame(scene(321, 243), 0, 0.0)
    plain = opened.stylize(frame, look).pixels
    seen = [plain]
    for turned in (
        replace(look, stroke=2.0), replace(look, stroke=0.5), replace(look, detail=0.7),
        replace(look, keep_colours=True),
    ):  # fmt: skip
        painted = opened.stylize(frame, turned).pixels
        assert painted.shape == plain.shape
        assert all(error(painted, other) > 2 for other in seen)
        seen.append(painted)
    unpainted = replace(look, stroke=2.0, keep_colours=True, strength=0.0)
    assert opened.stylize(frame, unpainted).pixels.tobytes() == frame.pixels.tobytes()
    opened.close()


def test_larger_strokes_are_larger() -> None:
    """The painting of a flat wall is texture alone: its grain grows with the stroke."""
    entry, look = choose("mosaic")
    opened = open_engine("torch", Path(entry.path))
    noise = np.random.default_rng(3).integers(100, 130, (480, 640, 3), np.uint8)
    frame = Frame(np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.uint8), 0, 0.0)

    def grain(look: Look) -> float:
        grey = cv2.cvtColor(opened.stylize(frame, look).pixels, cv2.COLOR_RGB2GRAY).astype(float)
        grey -= grey.mean()
        power = np.abs(np.fft.rfft2(grey)) ** 2
        rates = np.hypot(np.fft.fftfreq(480)[:, None], np.fft.rfftfreq(640)[None])
        return float((power * rates).sum() / power.sum())

    fine, plain, coarse = (grain(replace(look, stroke=s)) for s in (0.5, 1.0, 2.0))
    assert fine > 1.2 * plain > 1.4 * coarse
    opened.close()
