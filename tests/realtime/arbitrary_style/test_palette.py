from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from realtime.arbitrary_style.palette import Colours, Palette, PaletteFinder, mixed
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
    palette = Palette(((3.0, 0.0, 0.0, 10.0), (0.0, 3.0, 0.0, 20.0), (0.0, 0.0, 3.0, 30.0)))
    pixel = np.full((16, 16, 3), (20, 30, 40), np.uint8)
    assert np.array_equal(mixed(pixel, [palette], [0.0]), pixel)
    assert mixed(pixel, [palette], [0.5])[3, 3].tolist() == [45, 70, 95]
    assert mixed(pixel, [Palette(), palette], [0.0, 1.0])[3, 3].tolist() == [70, 110, 150]
    assert palette.gain == pytest.approx(3.0)


def test_a_few_poppies_do_not_tint_the_meadow() -> None:
    """An affine step gives all of it the spread that the painting has in one corner only."""
    meadow = cloud((120, 130, 110), [[6, 2, 0], [6, -2, 0], [6, 0, 2]], seed=3)
    meadow[:12, :48] = (200, 40, 30)  # a twentieth
    finder = PaletteFinder(meadow)
    plain = finder.find(GREY).applied(GREY).astype(float)
    affine = Palette.between(Colours.of(GREY), Colours.of(meadow)).applied(GREY).astype(float)

    def middle_half(picture: np.ndarray) -> float:
        redness = picture[..., 0] - picture[..., 1]
        return float(np.subtract(*np.percentile(redness, (75, 25))))

    wanted = middle_half(meadow.astype(float))
    assert middle_half(affine) > 2.0 * wanted
    assert abs(middle_half(plain) - wanted) < 0.5 * abs(middle_half(affine) - wanted)


def test_what_is_painted_lightest_is_no_lighter_than_the_painting() -> None:
    """Most of it is light, none of it white; dark is rare."""
    dark = np.random.default_rng(5).exponential(25, (96, 128, 1)) + np.zeros(3)
    lights = np.asarray((200 - dark).clip(0, 255).round(), np.uint8)
    found = PaletteFinder(lights).find(GREY).applied(GREY)
    affine = Palette.between(Colours.of(GREY), Colours.of(lights)).applied(GREY)
    beyond = [float(np.percentile(one, 99)) - 200 for one in (found, affine)]
    assert beyond[1] > 20
    assert beyond[0] < 0.5 * beyond[1]
    assert Colours.of(found).mean == pytest.approx(Colours.of(lights).mean, abs=3)


def test_the_painting_itself_is_left_as_it_is() -> None:
    step = PaletteFinder(WARM).find(WARM)
    assert np.abs(step.applied(WARM).astype(int) - WARM).mean() < 1.0


def test_a_palette_is_plain_numbers() -> None:
    step = PaletteFinder(WARM).find(GREY)
    assert step.curves is not None
    assert hash(step) == hash(PaletteFinder(WARM).find(GREY))
    assert json.loads(json.dumps(asdict(step)))["curves"]["knots"][0][0] == step.curves.knots[0][0]
