"""Noise is measured and taken out; what moves stays sharp."""

from __future__ import annotations

import numpy as np
import pytest

from realtime.frame import Frame, Pixels
from realtime.live.denoise import LEAST_NOISE, Denoise, DenoisedEngine, noise_between
from realtime.look import Look
from realtime.sources.landscape import Landscape
from tests.helpers import ONE_STYLE, InvertingEngine, landscape, noisy

SIZE = (320, 240)


def error(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(np.float32) - other).mean())


def scene(light: float = 1.0) -> Pixels:
    return (landscape(*SIZE) * light).astype(np.uint8)


@pytest.mark.parametrize("deviation", [2.0, 5.0, 12.0])
@pytest.mark.parametrize("light", [1.0, 0.3])
def test_noise_is_measured(deviation: float, light: float) -> None:
    rng, still = np.random.default_rng(1), scene(light)
    measured = noise_between(noisy(still, deviation, rng), noisy(still, deviation, rng))
    assert measured == pytest.approx(deviation, rel=0.15)


def test_motion_is_not_taken_for_noise() -> None:
    landscape = Landscape(*SIZE)
    assert noise_between(landscape.at(0.0), landscape.at(1 / 30)) < LEAST_NOISE


def test_a_black_picture_has_no_noise() -> None:
    black = np.zeros((48, 64, 3), np.uint8)
    assert noise_between(black, black) == 0.0


def test_a_still_scene_gets_calm() -> None:
    rng, still, denoise = np.random.default_rng(2), scene(0.4), Denoise()
    views = [noisy(still, 8.0, rng) for _ in range(20)]
    calm = [denoise(view) for view in views]
    assert error(calm[-1], still) < 0.5 * error(views[-1], still)
    assert error(calm[-1], calm[-2]) < 0.25 * error(views[-1], views[-2])


def test_what_moves_leaves_no_trail() -> None:
    rng, denoise = np.random.default_rng(3), Denoise()
    background = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)

    def view(left: int) -> Pixels:
        picture = background.copy()
        picture[80:160, left : left + 60] = (200, 160, 120)
        return picture

    for left in range(20, 200, 12):
        truth = view(left)
        calm = denoise(noisy(truth, 8.0, rng))
    behind = np.s_[90:150, left - 30 : left - 4]
    assert abs(float(calm[behind].mean()) - 90) < 2
    assert error(calm, truth) < 0.6 * 8.0


def test_a_clean_camera_is_left_alone_bit_for_bit() -> None:
    landscape, denoise = Landscape(*SIZE), Denoise()
    for i in range(10):
        view = landscape.at(i / 30)
        assert denoise(view) is view


def test_another_size_begins_anew() -> None:
    rng, denoise = np.random.default_rng(4), Denoise()
    for _ in range(5):
        denoise(noisy(scene(), 9.0, rng))
    other = noisy(np.full((100, 60, 3), 128, np.uint8), 9.0, rng)
    assert denoise(other) is other


def test_strength_0_still_gives_back_the_frame() -> None:
    rng, engine = np.random.default_rng(5), DenoisedEngine(InvertingEngine())
    frames = [Frame(noisy(scene(), 9.0, rng), i, i / 30) for i in range(5)]
    for frame in frames:
        assert engine.stylize(frame, Look((1.0,), strength=0.0)) is frame
    painted = engine.stylize(frames[-1], ONE_STYLE)
    assert (painted.pixels != 255 - frames[-1].pixels).any()
    assert engine.description == "inverting, denoised"
