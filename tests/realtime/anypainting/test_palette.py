from __future__ import annotations

import numpy as np
import pytest

from realtime.anypainting.palette import Colours, Palette, mixed
from realtime.frame import Pixels


def cloud(mean: tuple[float, ...], mixing: list[list[float]], seed: int = 1) -> Pixels:
    """A picture whose colours are Gaussian and stay within the range."""
    draw = np.random.default_rng(seed).normal(size=(96, 128, 3)).clip(-3, 3)
    colours = np.array(mean) + draw @ np.array(mixing).T
    return np.asarray(colours.round().clip(0, 255), np.uint8)


GREY = cloud((120, 120, 120), [[20, 15, 0], [20, 0, 15], [20, -15, 0]])
WARM = cloud((150, 110, 90), [[15, 3, 0], [8, 12, 0], [2, 0, 18]], seed=2)


def test_a_step_brings_mean_and_covariance() -> None:
    wanted = Colours.of(WARM)
    found = Colours.of(Palette.between(Colours.of(GREY), wanted).applied(GREY))
    assert found.mean == pytest.approx(wanted.mean, abs=1.0)
    assert found.covariance == pytest.approx(wanted.covariance, abs=25.0)
    assert Colours.of(GREY).distance(wanted) > 20 * found.distance(wanted)


def test_colours_are_measured_as_numpy_does() -> None:
    colours = Colours.of(WARM)
    flat = WARM.reshape(-1, 3).astype(float)
    assert colours.mean == pytest.approx(flat.mean(0))
    assert colours.covariance == pytest.approx(np.cov(flat.T, bias=True), rel=1e-3)


def test_nothing_changes_between_equals() -> None:
    step = Palette.between(Colours.of(WARM), Colours.of(WARM))
    assert np.abs(step.applied(WARM).astype(int) - WARM).max() <= 1
    assert Colours.of(WARM).distance(Colours.of(WARM)) == pytest.approx(0.0, abs=1e-3)


def test_a_flat_picture_is_not_blown_up() -> None:
    flat = np.full((32, 32, 3), 100, np.uint8)
    step = Palette.between(Colours.of(flat), Colours.of(WARM))
    assert np.abs(np.asarray(step.rows)[:, :3]).max() < 10
    assert step.applied(flat).reshape(-1, 3).mean(0) == pytest.approx(Colours.of(WARM).mean, abs=1)


def test_the_distance_of_shifted_colours_is_the_shift() -> None:
    shifted = (GREY + np.array([3, 4, 0])).astype(np.uint8)
    assert Colours.of(GREY).distance(Colours.of(shifted)) == pytest.approx(5.0, abs=1e-3)


def test_values_beyond_the_range_are_clamped() -> None:
    rows = ((2.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, -200.0), (0.0, 0.0, 1.0, 0.0))
    pixel = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    assert Palette(rows).applied(pixel)[3, 3].tolist() == [255, 0, 50]


def test_shares_of_palettes_leave_the_rest_as_it_is() -> None:
    rows = ((3.0, 0.0, 0.0, 10.0), (0.0, 3.0, 0.0, 20.0), (0.0, 0.0, 3.0, 30.0))
    assert mixed([Palette(rows)], [0.0]) == Palette()
    half = np.asarray(mixed([Palette(rows)], [0.5]).rows)
    assert half[:, 3] == pytest.approx([5.0, 10.0, 15.0])
    assert np.diag(half) == pytest.approx([2.0, 2.0, 2.0])
    assert Palette(rows).gain == pytest.approx(3.0)
