"""A frozen frame painted again, previews of all styles; engines switched by load."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from realtime.errors import EngineError
from realtime.frame import Frame
from realtime.live.engines import (
    PREVIEW_PX,
    USUAL_VARIANT,
    FallbackEngine,
    HeldFrameEngine,
    LazyEngine,
    light_network_of,
)
from realtime.live.quality_controller import Level
from realtime.look import Look
from realtime.network.library import choose
from realtime.ports import Style
from tests.helpers import ONE_STYLE, InvertingEngine, make_frames

LOOK = Look((1.0, 0.0, 0.0))
OTHER = Look((0.0, 1.0, 0.0), 0.5, 1.5)


class Asked:
    frozen: Frame | None = None
    previews = False


def make() -> tuple[HeldFrameEngine, InvertingEngine, Asked]:
    engine, asked = InvertingEngine(), Asked()
    engine.styles = (Style("one"), Style("two"), Style("three"))  # type: ignore[assignment]
    extra = HeldFrameEngine(engine, lambda: asked.frozen, lambda: asked.previews)
    return extra, engine, asked


def test_without_wishes_every_frame_is_painted_once() -> None:
    extra, engine, _ = make()
    for frame in make_frames(3):
        np.testing.assert_array_equal(extra.stylize(frame, LOOK).pixels, 255 - frame.pixels)
    assert engine.looks == [LOOK] * 3
    assert extra.previews == [None] * 3


def test_the_frozen_frame_is_painted_once_a_look() -> None:
    extra, engine, asked = make()
    first, *others = make_frames(6)
    asked.frozen = first
    for look, frame in zip((LOOK, LOOK, OTHER, OTHER, LOOK), others, strict=True):
        painted = extra.stylize(frame, look)
        assert painted.index == first.index
        np.testing.assert_array_equal(painted.pixels, 255 - first.pixels)
    assert engine.looks == [LOOK, OTHER, LOOK]
    asked.frozen = None
    assert extra.stylize(others[-1], LOOK).index == others[-1].index


def test_the_frozen_frame_is_painted_though_no_other_comes_and_nobody_waits_for_it() -> None:
    extra, engine, asked = make()
    frame = make_frames(1)[0]
    assert extra.repaint(LOOK) is None
    asked.frozen = frame
    extra.stylize(frame, LOOK)
    for _ in range(3):
        painted = extra.repaint(OTHER)
        assert painted is not None
        np.testing.assert_array_equal(painted.pixels, 255 - frame.pixels)
    assert engine.looks == [LOOK, OTHER]
    engine.gate = threading.Event()
    painting = threading.Thread(target=extra.stylize, args=(frame, LOOK))
    painting.start()
    while not extra._busy.locked():
        time.sleep(0.001)
    assert extra.repaint(OTHER) is None
    engine.gate.set()
    painting.join()


def test_a_frozen_frame_is_the_one_that_came_with_its_noise_taken_out() -> None:
    extra, _, asked = make()
    calm = make_frames(3)
    for frame in calm:
        extra.stylize(frame, LOOK)
    asked.frozen = calm[1].with_pixels(255 - calm[2].pixels)  # as the source gave it
    painted = extra.stylize(calm[2], OTHER)
    np.testing.assert_array_equal(painted.pixels, 255 - calm[1].pixels)


def test_what_the_engine_could_not_paint_yet_is_painted_later() -> None:
    frame, asked = make_frames(1)[0], Asked()
    opened: list[bool] = []

    class Slow(InvertingEngine):
        def stylize(self, frame: Frame, look: Look) -> Frame:
            return super().stylize(frame, look) if opened else frame

    extra = HeldFrameEngine(Slow(), lambda: asked.frozen, lambda: False)
    asked.frozen = frame
    assert extra.stylize(frame, Look((1.0,))) is frame
    opened.append(True)
    np.testing.assert_array_equal(extra.stylize(frame, Look((1.0,))).pixels, 255 - frame.pixels)


def test_one_preview_a_frame_goes_round_all_styles() -> None:
    extra, engine, asked = make()
    asked.previews = True
    for frame in make_frames(3, 640, 480):
        extra.stylize(frame, OTHER)
    shapes = [preview is not None and preview.shape for preview in extra.previews]
    assert shapes == [(PREVIEW_PX[1], PREVIEW_PX[0], 3)] * 3
    assert engine.looks[1::2] == [replace(Look.of_style(i, 3), stroke=1.5) for i in range(3)]


def test_a_late_engine_tells_which_frame_it_painted_first() -> None:
    engine = LazyEngine((Style("one"),), InvertingEngine)
    engine.wait()
    assert engine.first_painted is None
    for frame in make_frames(3)[1:]:
        engine.stylize(frame, Look((1.0,)))
    assert engine.first_painted == 1
    engine.close()


def test_each_frame_goes_where_its_level_says() -> None:
    engines = {way: InvertingEngine() for way in itertools.product((False, True), (False, True))}
    level = [Level(1.0)]
    engine = FallbackEngine(engines, lambda: level[0])
    for way, frame in zip(engines, make_frames(4), strict=True):
        level[0] = Level(1.0, light_network=way[0], reserve_core=way[1])
        engine.stylize(frame, ONE_STYLE)
    assert [len(one.looks) for one in engines.values()] == [1, 1, 1, 1]
    engine.close()
    assert all(one.closed for one in engines.values())


def test_a_way_that_is_not_there_is_painted_by_the_nearest() -> None:
    usual, light = InvertingEngine(), InvertingEngine()
    level = [Level(0.5, light_network=True, reserve_core=True)]
    engine = FallbackEngine({USUAL_VARIANT: usual, (True, False): light}, lambda: level[0])
    one, two = make_frames(2)
    engine.stylize(one, ONE_STYLE)
    level[0] = Level(0.5, reserve_core=True)
    engine.stylize(two, ONE_STYLE)
    assert (len(usual.looks), len(light.looks)) == (1, 1)
    engine.close()


def test_all_are_closed_whatever_one_raises() -> None:
    best, light = InvertingEngine(), InvertingEngine(close_error=EngineError("the device hangs"))
    with pytest.raises(EngineError):
        FallbackEngine({USUAL_VARIANT: best, (True, False): light}, lambda: Level(1.0)).close()
    assert best.closed
    assert light.closed


def test_the_light_network_of_quality_is_fast_and_paints_the_same_styles() -> None:
    quality, _ = choose(None, "quality")
    light = light_network_of(quality)
    assert light is not None
    assert light.name == "fast"
    assert light.card.names == quality.card.names


def test_other_styles_have_no_light_network() -> None:
    for name in ("fast", "article"):
        assert light_network_of(choose(None, name)[0]) is None
    quality, _ = choose(None, "quality")
    card = replace(quality.card, styles=quality.card.styles[::-1])
    assert light_network_of(replace(quality, card=card)) is None
