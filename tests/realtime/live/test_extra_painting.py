"""A frozen frame painted again, previews of all styles, and nothing of either when not asked."""

from __future__ import annotations

import threading
import time

import numpy as np

from realtime.frame import Frame
from realtime.live.extra_painting import PREVIEW_PX, ExtraPainting
from realtime.live.late_engine import LateEngine
from realtime.look import Look
from realtime.ports import Style
from tests.helpers import InvertingEngine, make_frames

LOOK = Look((1.0, 0.0, 0.0))
OTHER = Look((0.0, 1.0, 0.0), 0.5, 1.5)


class Asked:
    frozen: Frame | None = None
    previews = False


def make() -> tuple[ExtraPainting, InvertingEngine, Asked]:
    engine, asked = InvertingEngine(), Asked()
    engine.styles = (Style("one"), Style("two"), Style("three"))  # type: ignore[assignment]
    extra = ExtraPainting(engine, lambda: asked.frozen, lambda: asked.previews)
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

    extra = ExtraPainting(Slow(), lambda: asked.frozen, lambda: False)
    asked.frozen = frame
    assert extra.stylize(frame, Look((1.0,))) is frame
    opened.append(True)
    np.testing.assert_array_equal(extra.stylize(frame, Look((1.0,))).pixels, 255 - frame.pixels)


def test_one_preview_a_frame_goes_round_all_styles() -> None:
    extra, engine, asked = make()
    asked.previews = True
    for frame in make_frames(3, 640, 480):
        extra.stylize(frame, OTHER)
    assert [preview is not None and preview.shape for preview in extra.previews] == [
        (PREVIEW_PX[1], PREVIEW_PX[0], 3)
    ] * 3
    assert engine.looks[1::2] == [Look.of_style(i, 3).with_stroke(1.5) for i in range(3)]


def test_a_late_engine_tells_which_frame_it_painted_first() -> None:
    engine = LateEngine((Style("one"),), InvertingEngine)
    engine.wait()
    assert engine.first_painted is None
    for frame in make_frames(3)[1:]:
        engine.stylize(frame, Look((1.0,)))
    assert engine.first_painted == 1
    engine.close()
