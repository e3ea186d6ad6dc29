from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime.arbitrary_style.dead_leaves import dead_leaves
from realtime.arbitrary_style.fit import Weights, fit, with_paintings
from realtime.arbitrary_style.palette import Colours
from realtime.arbitrary_style.request import find_look
from realtime.errors import EngineError
from realtime.frame import Frame, Pixels
from realtime.look import Look
from tests.realtime.arbitrary_style.test_engine import Darkening
from tests.realtime.arbitrary_style.test_texture import hatching

MANNERS = [
    np.tile(hatching(*how), (3, 3, 1))[:288, :384].astype(float) - 128
    for how in ((6, 0), (10, 45), (24, 90))
]


def paint(weights: Weights) -> Pixels:
    """Hatch the reference picture in three manners, by their weights."""
    strokes = sum(weight * manner for weight, manner in zip(weights, MANNERS, strict=True))
    soft = cv2.GaussianBlur(dead_leaves(), (0, 0), 2).astype(float)
    return np.asarray((0.4 * soft + 70 + strokes).round().clip(0, 255), np.uint8)


def tinted(picture: Pixels) -> Pixels:
    colours = picture * np.array([0.9, 0.6, 0.4]) + np.array([10, 20, 0])
    return np.asarray(colours.round(), np.uint8)


@pytest.mark.parametrize("style", [0, 1, 2])
def test_the_manner_is_found_whatever_the_colours(style: int) -> None:
    pure = tuple(float(i == style) for i in range(3))
    found = fit(paint, 3, tinted(paint(pure)))
    assert found.weights == pure
    colours = Colours.of(found.palette.applied(paint(pure)))
    assert colours.distance(Colours.of(tinted(paint(pure)))) < 3


def test_two_manners_are_mixed() -> None:
    found = fit(paint, 3, tinted(paint((0.5, 0.0, 0.5))))
    assert found.weights == pytest.approx((0.5, 0.0, 0.5))
    assert sum(found.weights) == pytest.approx(1.0)


def test_one_style_is_enough() -> None:
    painting = tinted(paint((0.0, 1.0, 0.0)))
    assert fit(lambda weights: paint((1.0, 0.0, 0.0)), 1, painting).weights == (1.0,)


def test_an_engine_that_fails_is_closed(painting: Path) -> None:
    class Failing(Darkening):
        def stylize(self, frame: Frame, look: Look) -> Frame:
            raise EngineError("broken")

    engine = Failing()
    with pytest.raises(EngineError, match="broken"):
        with_paintings(engine, find_look(str(painting)))
    assert engine.closed == 1
