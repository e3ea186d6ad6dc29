from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from realtime.arbitrary_style.engine import Mixture, PaintingEngine
from realtime.arbitrary_style.palette import Palette
from realtime.frame import Frame
from realtime.look import Look
from realtime.ports import Closing, EngineInfo, Style
from tests.helpers import quadrant_card

RISE = Palette(((1.0, 0.0, 0.0, 20.0), (0.0, 1.0, 0.0, 20.0), (0.0, 0.0, 1.0, 20.0)))
DAY, NIGHT = Mixture("day", (0.25, 0.75), RISE), Mixture("night", (1.0, 0.0), Palette())
FRAME = Frame(quadrant_card(), 3, 0.1)


class Darkening(Closing):
    """Paints at half the light, and keeps the looks it was asked for."""

    info, description = EngineInfo("torch", "cpu", "bf16"), "darkening, here"
    styles = (Style("one"), Style("two"))

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.closed = 0

    def stylize(self, frame: Frame, look: Look) -> Frame:
        self.looks.append(look)
        return frame.with_pixels(frame.pixels // 2)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def inner() -> Darkening:
    return Darkening()


@pytest.fixture
def engine(inner: Darkening) -> PaintingEngine:
    return PaintingEngine(inner, [DAY, NIGHT])


def test_paintings_are_styles_behind_the_others(engine: PaintingEngine, inner: Darkening) -> None:
    assert [style.name for style in engine.styles] == ["one", "two", "day", "night"]
    assert (engine.info, engine.description) == (inner.info, inner.description)


def test_a_style_is_painted_as_without_paintings(engine: PaintingEngine, inner: Darkening) -> None:
    look = Look((0.4, 0.6, 0.0, 0.0), strength=0.5, keep_colours=True, stroke=1.5)
    engine.stylize(FRAME, look)
    assert inner.looks == [replace(look, style_weights=(0.4, 0.6))]


def test_a_painting_is_its_mixture_in_its_colours(engine: PaintingEngine, inner: Darkening) -> None:
    painted = engine.stylize(FRAME, Look((0.0, 0.0, 1.0, 0.0), stroke=1.5))
    assert inner.looks == [Look((0.25, 0.75), stroke=1.5)]
    assert np.array_equal(painted.pixels, FRAME.pixels // 2 + 20)
    assert (painted.index, painted.pts_seconds) == (FRAME.index, FRAME.pts_seconds)


def test_colours_fade_with_the_styles(engine: PaintingEngine, inner: Darkening) -> None:
    painted = engine.stylize(FRAME, Look((0.0, 0.5, 0.5, 0.0)))
    assert inner.looks[0].style_weights == pytest.approx((0.125, 0.875))
    assert np.array_equal(painted.pixels, FRAME.pixels // 2 + 10)
    both = engine.stylize(FRAME, Look((0.0, 0.0, 0.5, 0.5)))
    assert inner.looks[1].style_weights == pytest.approx((0.625, 0.375))
    assert np.array_equal(both.pixels, FRAME.pixels // 2 + 10)


def test_strength_blends_with_the_frame_behind_the_colours(engine: PaintingEngine) -> None:
    look = Look((0.0, 0.0, 1.0, 0.0))
    full = engine.stylize(FRAME, look).pixels.astype(float)
    half = engine.stylize(FRAME, look.with_strength(0.5)).pixels
    assert np.abs(half - (full + FRAME.pixels) / 2).max() <= 1
    assert engine.stylize(FRAME, look.with_strength(0.0)) is FRAME


def test_kept_colours_are_the_frames(engine: PaintingEngine) -> None:
    look = Look((0.0, 0.0, 1.0, 0.0))
    kept = engine.stylize(FRAME, replace(look, keep_colours=True)).pixels
    full = engine.stylize(FRAME, look).pixels
    light, wanted = (cv2.cvtColor(one, cv2.COLOR_RGB2YCrCb) for one in (kept, full))
    hue = cv2.cvtColor(FRAME.pixels, cv2.COLOR_RGB2YCrCb)
    corner = np.s_[40:, 4:20]  # of the blue quarter, which fits into the range either way
    assert np.abs(light[corner][..., 0].astype(int) - wanted[corner][..., 0]).max() <= 2
    assert np.abs(light[corner][..., 1:].astype(int) - hue[corner][..., 1:]).max() <= 2


def test_a_look_of_other_styles_is_refused(engine: PaintingEngine, inner: Darkening) -> None:
    with pytest.raises(ValueError, match="2 style weights for 4 styles"):
        engine.stylize(FRAME, Look((0.5, 0.5)))
    engine.close()
    assert inner.closed == 1
