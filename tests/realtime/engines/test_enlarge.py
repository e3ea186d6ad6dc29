"""Painting at another size, and what a look's strokes, detail and colours do in real engines."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest

from export.parity import _ssim as likeness
from realtime.engines import open_engine
from realtime.engines.enlarge import resized, restore_chroma, scaled_size, upsample_guided
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.library import choose
from realtime.ports import Engine
from tests.helpers import landscape, quadrant_card


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
    small = resized(picture, (128, 96))
    followed = (small * 0.7 + 20).astype(np.uint8)
    wanted = (picture * 0.7 + 20).astype(np.uint8)
    smooth = np.asarray(cv2.resize(followed, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert error(upsample_guided(picture, followed, small), wanted) < 0.9 * error(smooth, wanted)


def test_an_edge_of_the_picture_is_as_sharp_as_it_was() -> None:
    """From dark to light the picture takes one pixel, what is merely enlarged takes many."""
    picture = np.full((960, 1440, 3), 50, np.uint8)
    picture[:, 700:] = 200
    small = resized(picture, (360, 240))
    enlarged = upsample_guided(picture, small, small)
    smooth = np.asarray(cv2.resize(small, (1440, 960), interpolation=cv2.INTER_CUBIC), np.uint8)

    def steepest(pixels: Pixels) -> int:
        return int(np.abs(np.diff(pixels[480, :, 0].astype(int))).max())

    assert steepest(smooth) < 60
    assert steepest(enlarged) > 120


def test_strokes_get_edges_where_the_picture_has_none_and_do_not_overshoot() -> None:
    grey = np.full((480, 720, 3), 128, np.uint8)
    small = resized(grey, (180, 120))
    painting = small.copy()
    painting[:, 80:100] = 220
    painting[40:60, 20:40] = 30
    enlarged = upsample_guided(grey, painting, small)
    smooth = np.asarray(cv2.resize(painting, (720, 480), interpolation=cv2.INTER_CUBIC), np.uint8)
    one, other = (np.abs(np.diff(p[400, :, 0].astype(int))).max() for p in (enlarged, smooth))
    assert one > 1.3 * other
    assert enlarged.min() >= 30
    assert enlarged.max() <= 220


@pytest.mark.parametrize("size", [(83, 61), (16, 16), (17, 301), (1281, 719)])
def test_flat_stays_flat_at_any_size(size: tuple[int, int]) -> None:
    grey = np.full((size[1], size[0], 3), 120, np.uint8)
    for scale in (0.3, 0.5, 0.97, 2.0):
        scaled = resized(grey, scaled_size(*size, scale))
        np.testing.assert_array_equal(upsample_guided(grey, scaled, scaled), grey)
    assert scaled_size(20, 17, 0.2) == (16, 16)


def test_the_enlarged_has_no_seams() -> None:
    """A ramp stays one: no step between neighbours is larger than a ramp's own."""
    ramp = np.repeat(np.linspace(20, 235, 1283).astype(np.uint8)[None, :, None], 3, 2)
    picture = np.ascontiguousarray(np.repeat(ramp, 711, 0))
    small = resized(picture, scaled_size(1283, 711, 0.37))
    enlarged = upsample_guided(picture, small, small).astype(int)
    assert np.abs(np.diff(enlarged, axis=1)).max() <= 2
    assert np.abs(np.diff(enlarged, axis=0)).max() <= 1


def test_colours_are_kept_and_light_is_the_painting_s() -> None:
    card = quadrant_card()
    grey_painting = np.full_like(card, 128)
    kept = restore_chroma(grey_painting, card)
    luma = cv2.cvtColor(kept, cv2.COLOR_RGB2GRAY)[2, 2]
    assert abs(int(luma) - 128) < 30  # as far as the colour allows
    assert kept[2, 2, 0] > kept[2, 2, 1] + 60
    assert restore_chroma(card, card).astype(int) == pytest.approx(card, abs=3)


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_strokes_detail_and_colours_work_in_engines(engine: str) -> None:
    entry, look = choose("mosaic")
    frame = Frame(scene(321, 243), 0, 0.0)
    turned = (
        look, replace(look, stroke=2.0), replace(look, stroke=0.5), replace(look, detail=0.7),
        replace(look, keep_colours=True),
    )  # fmt: skip
    unpainted = replace(look, stroke=2.0, keep_colours=True, strength=0.0)
    with open_engine(engine, entry.path) as opened:
        paintings = [opened.stylize(frame, one).pixels for one in turned]
        assert opened.stylize(frame, unpainted).pixels.tobytes() == frame.pixels.tobytes()
    assert {painting.shape for painting in paintings} == {frame.pixels.shape}
    assert all(error(one, other) > 2 for one, other in combinations(paintings, 2))


def test_larger_strokes_are_larger() -> None:
    """The painting of a flat wall is texture alone: its grain grows with the stroke."""
    entry, look = choose("mosaic")
    noise = np.random.default_rng(3).integers(100, 130, (480, 640, 3), np.uint8)
    frame = Frame(np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.uint8), 0, 0.0)

    def grain(pixels: Pixels) -> float:
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(float)
        power = np.abs(np.fft.rfft2(grey - grey.mean())) ** 2
        rates = np.hypot(np.fft.fftfreq(480)[:, None], np.fft.rfftfreq(640)[None])
        return float((power * rates).sum() / power.sum())

    with open_engine("torch", entry.path) as engine:
        fine, plain, coarse = (
            grain(engine.stylize(frame, replace(look, stroke=s)).pixels) for s in (0.5, 1.0, 2.0)
        )
    assert fine > 1.2 * plain > 1.4 * coarse


@pytest.mark.parametrize("style", ["starry-night", "mosaic"])
def test_a_picture_is_the_same_painting_at_three_sizes(style: str) -> None:
    entry, look = choose(style, "fast")
    large, sizes = landscape(1500, 1000, 1.0), [(432, 288), (900, 600), (1500, 1000)]

    def paintings(engine: Engine, look: Look) -> list[Pixels]:
        frames = [Frame(resized(large, size), 0, 0.0) for size in sizes]
        painted = [engine.stylize(frame, look).pixels for frame in frames]
        assert [each.shape for each in painted] == [frame.pixels.shape for frame in frames]
        return [resized(each, sizes[0]) for each in painted]

    with open_engine("torch", entry.path) as engine:
        alike = paintings(engine, look.in_strokes(1.0))
        own = paintings(engine, look.in_strokes("native"))
    assert likeness(alike[0], alike[1]) > 0.85
    assert likeness(alike[0], alike[2]) > 0.85
    assert likeness(own[0], own[2]) < 0.7


@pytest.mark.parametrize("size", [(17, 16), (16, 40), (333, 49), (1281, 721)])
def test_odd_and_tiny_pictures_keep_their_size_and_strength_0_is_the_picture(
    size: tuple[int, int],
) -> None:
    entry, look = choose("scream", "fast")
    looks = [look.in_strokes(1.0).with_strength(strength) for strength in (1.0, 0.01, 0.0)]
    picture = scene(1300, 730)[: size[1], : size[0]]
    frame = Frame(np.ascontiguousarray(picture), 0, 0.0)
    with open_engine("torch", entry.path) as engine:
        full, faint, unpainted = (engine.stylize(frame, one).pixels for one in looks)
    assert full.shape == frame.pixels.shape
    assert np.abs(faint.astype(int) - frame.pixels).max() <= 3
    assert unpainted.tobytes() == frame.pixels.tobytes()
