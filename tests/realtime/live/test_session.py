"""What keys do to pictures, snapshots and recordings."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realtime import overlay, pipeline
from realtime.frame import Frame
from realtime.live.controls import State
from realtime.live.drawing import overlay_lines
from realtime.live.quality_controller import QualityController
from realtime.live.session import FADE_SECONDS, Session, SessionContext
from realtime.look import Look
from realtime.pipeline import Report, Shown, run
from realtime.ports import Key, Mouse, Style
from tests.clips import read_frames
from tests.helpers import (
    FakeClock,
    InvertingEngine,
    ListSink,
    ListSource,
    make_frames,
    quadrant_card,
    read_back,
)

BEGAN = time.perf_counter()


def make_session(
    tmp_path: Path, *, styles: int = 1, **changes: object
) -> tuple[Session, FakeClock]:
    clock = FakeClock()
    around = replace(SessionContext(snapshots=tmp_path, clock=clock), **changes)  # type: ignore[arg-type]
    engine = InvertingEngine()
    engine.styles = tuple(Style(str(i)) for i in range(styles))  # type: ignore[assignment]
    state = State((1.0, *([0.0] * (styles - 1))), overlay=False)
    return Session(engine, state, around), clock


def shown() -> Shown:
    frame = Frame(quadrant_card(), 0, 0.0)
    return Shown(frame, frame.with_pixels(255 - frame.pixels))


def test_the_overlay_is_drawn_on_a_copy(tmp_path: Path) -> None:
    frame = shown()
    before = frame.painted.pixels.copy()
    session, _ = make_session(tmp_path)
    assert session.decorate(frame, Report()) is frame.painted, "without it as it is"
    session.on_event(Key("o"))
    assert (session.decorate(frame, Report()).pixels != before).any()
    np.testing.assert_array_equal(frame.painted.pixels, before)


def test_a_snapshot_holds_both_pictures(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path)
    frame = shown()
    session.decorate(frame, Report())
    assert session.on_event(Key("s"))
    (path,) = tmp_path.glob("pleinair-*.png")
    saved = read_back(path)
    np.testing.assert_array_equal(saved[:, :64], frame.original.pixels)
    np.testing.assert_array_equal(saved[:, 64:], frame.painted.pixels)


def test_a_snapshot_that_cannot_be_saved_does_not_end_the_show(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "file").touch()
    session, _ = make_session(tmp_path, snapshots=tmp_path / "file" / "in", tell=said.append)
    session.decorate(shown(), Report())
    assert session.on_event(Key("s"))
    assert "could not be saved: " in said[0]


def test_a_folder_that_is_gone_is_made_again(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path, snapshots=tmp_path / "new" / "deep")
    session.decorate(shown(), Report())
    assert session.on_event(Key("s"))
    assert len(list((tmp_path / "new" / "deep").glob("pleinair-*.png"))) == 1


def test_a_frozen_session_keeps_its_picture_and_says_so(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path)
    first, second = (Shown(frame, frame) for frame in make_frames(2, 320, 240))
    session.decorate(first, Report())
    session.on_event(Key("space"))
    held = overlay.with_lines(first.painted, ["frozen"]).pixels
    np.testing.assert_array_equal(session.decorate(second, Report()).pixels, held)
    session.on_event(Key("space"))
    assert session.decorate(second, Report()) is second.painted


def test_a_frozen_frame_is_painted_anew_in_the_look_of_the_moment(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path)
    first, live, late = make_frames(3)
    session.decorate(Shown(first, first), Report())
    session.on_event(Key("space"))
    assert session.frozen is first
    anew = first.with_pixels(255 - first.pixels)
    held = overlay.with_lines(anew, ["frozen"]).pixels
    for shown in (Shown(live, anew), Shown(late, late)):  # on its way when it froze
        np.testing.assert_array_equal(session.decorate(shown, Report()).pixels, held)
    session.on_event(Key("b"))
    picture = session.decorate(Shown(late, anew), Report()).pixels
    np.testing.assert_array_equal(picture[-4:, :8], first.pixels[-4:, :8])  # not the live one
    session.on_event(Key("space"))
    assert session.frozen is None


def test_a_frozen_frame_is_painted_anew_while_the_source_gives_none(tmp_path: Path) -> None:
    frame = make_frames(1)[0]
    asked: list[Look] = []

    def repaint(look: Look) -> Frame:
        asked.append(look)
        return frame.with_pixels(255 - frame.pixels)

    session, clock = make_session(tmp_path, redraws=True, repaint=repaint)
    session.decorate(Shown(frame, frame), Report())
    session.idle(Report())
    assert asked == []
    session.on_event(Key("space"))
    session.on_event(Key("down"))
    clock.advance(FADE_SECONDS)
    shown = session.idle(Report())
    assert [look.strength for look in asked] == [0.9]
    held = overlay.with_lines(frame.with_pixels(255 - frame.pixels), ["frozen"])
    assert shown is not None
    np.testing.assert_array_equal(shown.pixels, held.pixels)


def test_frozen_before_the_first_picture_holds_the_first(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path)
    session.on_event(Key("space"))
    first, second = make_frames(2)
    session.decorate(Shown(first, first), Report())
    assert session.frozen is first
    assert session._last is not None
    session.decorate(Shown(second, second), Report())
    assert session._last.painted is first


def test_the_budget_learns_nothing_from_a_frozen_frame(tmp_path: Path) -> None:
    controller = QualityController(30, 0.08)
    session, _ = make_session(tmp_path, controller=controller)
    frame = make_frames(1)[0]
    session.decorate(Shown(frame, frame), Report())
    session.on_event(Key("space"))
    report = Report()
    for _ in range(200):
        report.engine_seconds.append(1.0)
        session.hooks().on_frame(report)
    assert controller.detail == 1.0


def test_controller_and_overlay_see_the_newest_frames_however_long_a_run_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that has more frames than are kept becomes slow: both must notice."""
    monkeypatch.setattr(pipeline, "SAMPLES_KEPT", 100)
    controller = QualityController(30, 0.08)
    session, clock = make_session(tmp_path, controller=controller)

    class Slowing(InvertingEngine):
        def stylize(self, frame: Frame, look: Look) -> Frame:
            clock.advance(0.001 if frame.index < 200 else 0.5)
            return super().stylize(frame, look)

    session.engine = Slowing()
    report = run(
        ListSource(make_frames(320, 16, 16)), session.engine, ListSink(), session.hooks(),
        clock=clock,
    )  # fmt: skip
    assert report.frames == report.engine_seconds.count == report.latencies_seconds.count == 320
    assert controller.detail < 1.0
    shown_ms = overlay_lines(session.state.look, ["0"], None, report, "")[1].split()[0]
    assert float(shown_ms) >= 500
    assert report.engine_latency.p50_ms == pytest.approx(500)
    assert report.latency.p50_ms >= 500
    assert len(report.engine_seconds) == 100, "and no more memory than that"


def test_pictures_are_laid_out_on_the_canvas_and_the_mouse_is_where_it_is_seen(
    tmp_path: Path,
) -> None:
    session, _ = make_session(tmp_path, canvas=lambda: (128, 48))  # the card in its middle
    picture = session.decorate(shown(), Report()).pixels
    assert picture.shape == (48, 128, 3)
    assert picture[:, :32].max() == picture[:, 96:].max() == 0
    for event in (Key("b"), Mouse("down", 0.5), Mouse("move", 0.625)):
        session.on_event(event)
    assert session.state.divider == 0.75


def test_a_click_on_a_small_picture_chooses_its_style(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path, styles=3, previews=lambda: [None] * 3)
    frame = Frame(np.full((240, 320, 3), 200, np.uint8), 0, 0.0)
    session.on_event(Key("t"))
    picture = session.decorate(Shown(frame, frame), Report()).pixels
    assert picture[-1, 200, 0] < 100 < picture[0, 0, 0]
    session.on_event(Mouse("down", 0.9, 0.99))
    assert session.state.style == 2
    session.on_event(Mouse("down", 0.1, 0.2))  # above the strip
    assert session.state.style == 2


def test_the_first_painting_counts_not_the_first_picture(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path, first_painted=lambda: 1)
    hooks = session.hooks()
    for frame, known in zip(make_frames(2), (False, True), strict=True):
        session.decorate(Shown(frame, frame), Report())
        hooks.on_frame(Report())
        assert (session.first_painted_seconds is not None) == known
    assert session.first_painted_seconds is not None
    assert session.first_painted_seconds > time.perf_counter() - BEGAN  # older than this module


def test_a_new_style_fades_in(tmp_path: Path) -> None:
    session, clock = make_session(tmp_path, styles=3)
    session.on_event(Key("right"))
    assert session.look().style_weights == (1.0, 0.0, 0.0)
    clock.advance(FADE_SECONDS / 4)
    assert session.look().style_weights == pytest.approx((0.75, 0.25, 0.0))
    session.on_event(Key("right"))  # from where it is
    clock.advance(FADE_SECONDS / 2)
    assert session.look().style_weights == pytest.approx((0.375, 0.125, 0.5))
    clock.advance(FADE_SECONDS)
    assert session.look() == session.state.look


def test_a_recording_holds_what_was_painted_and_plays(tmp_path: Path) -> None:
    said: list[str] = []
    session, _ = make_session(tmp_path, tell=said.append)
    session.on_event(Key("r"))
    for frame in make_frames(20, 64, 48):
        session.decorate(Shown(frame, frame), Report())
        if frame.index == 10:
            session.on_event(Key("m"))
    session.on_event(Key("r"))
    (path,) = tmp_path.glob("pleinair-*.mp4")
    assert len(read_frames(path)) == 20
    assert said == [f"recorded {path}"]


def test_a_recording_goes_on_when_the_size_changes_and_ends_with_the_session(
    tmp_path: Path,
) -> None:
    session, _ = make_session(tmp_path)
    session.on_event(Key("r"))
    later = [replace(frame, index=3 + i, pts_seconds=1 + i / 30) for i, frame in
             enumerate(make_frames(3, 32, 48))]  # fmt: skip
    for frame in (*make_frames(3, 64, 48), *later):
        session.decorate(Shown(frame, frame), Report())
    assert session.state.recording
    session.close()
    (path,) = tmp_path.glob("pleinair-*.mp4")
    frames = read_frames(path)
    assert [(frame.width, frame.height) for frame in frames] == [(64, 48)] * 6
    bars = frames[-1].pixels[:, [*range(12), *range(52, 64)]]
    assert bars.max() < 40
    assert frames[-1].pixels[:, 20:44].mean() > 80


def test_the_divider_follows_the_mouse(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path)
    for event in (Key("b"), Mouse("down", 0.5), Mouse("move", 0.75), Mouse("up", 0.75)):
        session.on_event(event)
    frame = shown()
    picture = session.decorate(frame, Report()).pixels
    np.testing.assert_array_equal(picture[:10, :44], frame.original.pixels[:10, :44])
    np.testing.assert_array_equal(picture[:10, 52:], frame.painted.pixels[:10, 52:])


def test_full_screen_is_asked_of_the_window(tmp_path: Path) -> None:
    asked: list[bool] = []
    session, _ = make_session(tmp_path, fullscreen=asked.append)
    for name in ("f", "x", "f11"):
        session.on_event(Key(name))
    assert asked == [True, False]


def test_the_budget_is_told_every_cost_once(tmp_path: Path) -> None:
    controller = QualityController(30, 0.08)
    session, clock = make_session(tmp_path, controller=controller)
    report = Report()
    for _ in range(10):
        clock.advance(0.1)
        report.engine_seconds.append(0.1)
        session.hooks().on_frame(report)
    assert session.look().detail == controller.detail < 1


def test_what_cannot_be_held_is_told_once_and_shown_as_long_as_it_is_so(tmp_path: Path) -> None:
    controller = QualityController(30, 0.08)
    told: list[str] = []
    session, clock = make_session(tmp_path, controller=controller, tell=told.append)
    report = Report()
    for number in range(400):  # some of the later ones miss the rate only
        clock.advance(0.1)
        report.engine_seconds.append(0.1 if number < 200 or number // 20 % 2 else 0.04)
        session.hooks().on_frame(report)
    (short,) = [line for line in told if "cannot hold" in line]
    assert short == (
        "cannot hold 30 fps and 80 ms here, at 50% of the detail: less would lose the edges"
    )
    session.on_event(Key("o"))
    assert short in session._lines(report, [style.name for style in session.engine.styles])


def test_what_is_to_be_known_of_a_style_is_said_while_it_is_shown(tmp_path: Path) -> None:
    session, clock = make_session(tmp_path, styles=2)
    command = "pleinair train a/long/way/to/poppies.jpg --from fast --content PHOTOS"
    note = f"poppies is an approximation, not learned. To learn it:\n{command}"
    session.engine.styles = (Style("0"), Style("poppies", note=note))  # type: ignore[misc]
    names = ["0", "poppies"]

    def said() -> str:
        return " ".join(session._lines(Report(), names))

    assert "approximation" not in said(), "the other style is shown"
    session.on_event(Key("o"))
    session.on_event(Key("2"))
    clock.advance(10 * FADE_SECONDS)
    assert "poppies is an approximation, not learned. To learn it:" in said()
    assert command in said()
    assert max(map(len, session._lines(Report(), names))) <= 60
    session.on_event(Key("o"))
    assert "approximation" not in said(), "hidden with the figures"


def test_what_it_waits_for_is_said(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path, waiting_for=lambda: "getting ready")
    frame = shown()
    assert (session.decorate(frame, Report()).pixels != frame.painted.pixels).any()


def test_while_no_frame_comes_a_window_is_redrawn_and_a_file_is_not(tmp_path: Path) -> None:
    frame = shown()
    for redraws in (True, False):
        session, _ = make_session(tmp_path, redraws=redraws)
        assert session.idle(Report()) is None
        session.decorate(frame, Report())
        session.on_event(Key("m"))
        redrawn = session.idle(Report())
        assert (redrawn is not None) == redraws
        if redrawn is not None:
            np.testing.assert_array_equal(redrawn.pixels, frame.painted.pixels[:, ::-1])


def test_a_stalled_camera_is_told_in_the_window(tmp_path: Path) -> None:
    gate = threading.Event()

    class Stalling(ListSource):
        def __iter__(self) -> Iterator[Frame]:
            yield make_frames(1, 320, 240)[0]
            gate.wait(10)

    class Opening(ListSink):
        def show(self, frame: Frame) -> None:
            super().show(frame)
            if len(self.frames) == 4:
                gate.set()

    session, _ = make_session(tmp_path, redraws=True, waiting_for=lambda: "no picture")
    sink = Opening()
    run(Stalling([], live=True), InvertingEngine(), sink, session.hooks())
    assert len(sink.frames) >= 4


def test_keys_change_the_look_of_the_next_frames(tmp_path: Path) -> None:
    engine = InvertingEngine()
    session = Session(engine, State((1.0,), overlay=False), SessionContext(snapshots=tmp_path))
    sink = ListSink([Key("down")] * 5)
    run(ListSource(make_frames(60)), engine, sink, session.hooks())
    assert engine.looks[0].strength == 1.0
    assert session.state.look.strength == 0.5


def test_quit_ends_the_run(tmp_path: Path) -> None:
    session, _ = make_session(tmp_path)
    assert not session.on_event(Key("escape"))
