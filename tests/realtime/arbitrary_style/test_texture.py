from __future__ import annotations

import cv2
import numpy as np

from realtime.arbitrary_style.dead_leaves import HEIGHT, WIDTH, dead_leaves
from realtime.arbitrary_style.texture import difference, statistics
from realtime.frame import Pixels


def hatching(period_px: int, degrees: float, shift: float = 0.0) -> Pixels:
    y, x = np.mgrid[:128, :160]
    along = x * np.cos(np.radians(degrees)) + y * np.sin(np.radians(degrees))
    light = 128 + 60 * np.sin(2 * np.pi * (along / period_px + shift))
    return np.repeat(light[..., None], 3, 2).round().astype(np.uint8)


def test_it_matters_how_a_picture_is_hatched_not_where() -> None:
    wanted = statistics(hatching(8, 0))
    same = difference(statistics(hatching(8, 0, shift=0.4)), wanted)
    turned = difference(statistics(hatching(8, 90)), wanted)
    coarser = difference(statistics(hatching(24, 0)), wanted)
    assert same < 0.1
    assert min(turned, coarser) > 1


def test_a_smooth_picture_differs_from_a_grainy_one() -> None:
    leaves = dead_leaves()
    soft = cv2.GaussianBlur(leaves, (0, 0), 3).astype(np.uint8)
    assert difference(statistics(soft), statistics(leaves)) > 0.1


def test_the_reference_picture_is_the_same_every_time_and_nobody_may_change_it() -> None:
    first = dead_leaves()
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert not first.flags.writeable
    dead_leaves.cache_clear()
    again = dead_leaves()
    assert again is not first
    assert np.array_equal(again, first)


def test_the_reference_picture_varies_like_a_photograph() -> None:
    light = cv2.cvtColor(dead_leaves(), cv2.COLOR_RGB2GRAY)
    assert 35 < light.std() < 80
    assert 80 < light.mean() < 150
