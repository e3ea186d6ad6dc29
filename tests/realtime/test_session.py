from pathlib import Path

import cv2
import numpy as np

from realtime.controls import State
from realtime.frame import Frame
from realtime.look import Look
from realtime.pipeline import Report, Shown, run
from realtime.ports import Key
from realtime.session import Session, starting_state
from tests.helpers import (
    ONE_STYLE,
    InvertingEngine,
    ListSink,
    ListSource,
    make_frames,
    quadrant_card,
)


def make_session(tmp_path: Path, *, overlay: bool = False) -> Session:
    state = starting_state(ONE_STYLE, mirror=False, shows_overlay=overlay)
    return Session(InvertingEngine(), state, snapshots=tmp_path)


def shown() -> Shown:
    frame = Frame(quadrant_card(), 0, 0.0)
    return Shown(frame, frame.with_pixels(255 - frame.pixels), 0.02)


def test_without_overlay_the_painting_is_shown_as_it_is(tmp_path: Path) -> None:
    frame = shown()
    assert make_session(tmp_path).decorate(frame, Report()) is frame.painted


def test_the_overlay_is_drawn_on_a_copy(tmp_path: Path) -> None:
    frame = shown()
    before = frame.painted.pixels.copy()
    decorated = make_session(tmp_path, overlay=True).decorate(frame, Report())
    assert (decorated.pixels != before).any()
    np.testing.assert_array_equal(frame.painted.pixels, before)


def test_a_snapshot_holds_both_pictures(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    frame = shown()
    session.decorate(frame, Report())
    assert session.on_event(Key("s"))
    (path,) = tmp_path.glob("pleinair-*.png")
    saved = cv2.imread(str(path))
    assert saved is not None
    np.testing.assert_array_equal(saved[:, :64, ::-1], frame.original.pixels)
    np.testing.assert_array_equal(saved[:, 64:, ::-1], frame.painted.pixels)


def test_a_frozen_session_keeps_its_picture(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    first, second = (Shown(frame, frame, 0.0) for frame in make_frames(2))
    session.decorate(first, Report())
    session.on_event(Key("f"))
    assert session.decorate(second, Report()) is first.painted
    session.on_event(Key("f"))
    assert session.decorate(second, Report()) is second.painted


def test_keys_change_the_look_of_the_next_frames(tmp_path: Path) -> None:
    engine = InvertingEngine()
    state = State(Look((1.0,)), overlay=False)
    session = Session(engine, state, snapshots=tmp_path)
    sink = ListSink([Key("down")] * 5)
    run(ListSource(make_frames(60)), engine, sink, session.hooks())
    assert engine.looks[0].strength == 1.0
    assert engine.looks[-1].strength == 0.5


def test_quit_ends_the_run(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    assert not session.on_event(Key("escape"))
