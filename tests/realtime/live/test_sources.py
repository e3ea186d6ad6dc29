"""A camera that goes away, an engine that fails, several sinks at once, a file in real time."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from realtime.errors import BadInputError, EngineError, SourceError
from realtime.frame import Frame
from realtime.live import sources as live_sources
from realtime.live.engines import LazyEngine
from realtime.live.sinks import LetterboxSink
from realtime.live.sources import RealtimePlayback, ReconnectingSource
from realtime.pipeline import Hooks, run
from realtime.ports import Key, Style
from tests.helpers import ONE_STYLE, FakeClock, InvertingEngine, ListSink, ListSource, make_frames

STYLES = (Style("one"),)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_sources, "RETRY_SECONDS", 0.01)


def gone(*frames: Frame) -> ListSource:
    return ListSource(frames, live=True, error=SourceError("camera 0 is gone"))


@pytest.mark.usefixtures("soon")
def test_a_camera_that_comes_back_goes_on() -> None:
    opened: Iterator[ListSource | BadInputError] = iter(
        [BadInputError("not yet"), gone(*make_frames(2, 64, 48)), ListSource(make_frames(1))]
    )

    def reopen() -> ListSource:
        following = next(opened)
        if isinstance(following, Exception):
            raise following
        return following

    source = ReconnectingSource(gone(*make_frames(3)), reopen)
    frames = list(source)
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert [frame.width for frame in frames] == [32, 32, 32, 64, 64, 32]
    times = [frame.pts_seconds for frame in frames]
    assert times == sorted(times)
    assert source.trouble() == ""


@pytest.mark.usefixtures("soon")
def test_its_absence_is_told_and_ends_when_closed() -> None:
    def never() -> ListSource:
        raise BadInputError("still not there")

    source = ReconnectingSource(gone(*make_frames(1)), never)
    seen: list[Frame] = []
    thread = threading.Thread(target=lambda: seen.extend(source))
    thread.start()
    while "camera 0 is gone: waiting" not in source.trouble():
        pass
    source.close()
    thread.join(5)
    assert not thread.is_alive()
    assert len(seen) == 1


def test_a_stall_is_told() -> None:
    clock = FakeClock()
    source = ReconnectingSource(ListSource(make_frames(2)), make_frames, clock=clock)  # type: ignore[arg-type]
    frames = iter(source)
    next(frames)
    assert source.trouble() == ""
    clock.advance(3.0)
    assert source.trouble() == "no picture from the camera for 3 s"
    next(frames)
    assert source.trouble() == ""


def failing(at: int) -> InvertingEngine:
    return InvertingEngine(fails_at=at, error=EngineError(f"failed at {at}"))


def test_frames_pass_unpainted_until_the_engine_is_there() -> None:
    gate = threading.Event()

    def slow() -> InvertingEngine:
        gate.wait(10)
        return InvertingEngine()

    late = LazyEngine(STYLES, slow)
    (frame,) = make_frames(1)
    assert late.stylize(frame, ONE_STYLE) is frame
    assert not late.ready
    gate.set()
    late.wait()
    np.testing.assert_array_equal(late.stylize(frame, ONE_STYLE).pixels, 255 - frame.pixels)
    assert late.description == "inverting"
    late.close()


def test_an_engine_that_fails_is_started_again_once() -> None:
    engines = [failing(1), failing(3)]
    opened = iter(engines)
    late = LazyEngine(STYLES, lambda: next(opened))
    late.wait()
    frames = make_frames(4)
    for frame in frames[:3]:
        assert (late.stylize(frame, ONE_STYLE).pixels == 255 - frame.pixels).all()
    assert engines[0].closed
    with pytest.raises(EngineError, match="failed at 3"):
        late.stylize(frames[3], ONE_STYLE)
    late.close()
    assert engines[1].closed


def test_an_engine_that_cannot_be_opened_ends_the_run_with_its_words() -> None:
    def refuse() -> InvertingEngine:
        raise BadInputError("no such device")

    late = LazyEngine(STYLES, refuse)
    with pytest.raises(BadInputError, match="no such device"):
        late.wait()
    hooks = Hooks(look=lambda: ONE_STYLE)
    with pytest.raises(BadInputError, match="no such device"):
        run(ListSource(make_frames(3)), late, ListSink(), hooks)
    late.close()


def test_a_clip_is_played_again_and_again_like_a_camera() -> None:
    def clip() -> ListSource:
        return ListSource([Frame(f.pixels, f.index, 5 + f.index / 300) for f in make_frames(4)])

    source = RealtimePlayback(clip(), reopen=clip)
    frames: Iterator[Frame] = iter(source)
    taken = [next(frames) for _ in range(10)]
    source.close()
    assert [frame.index for frame in taken] == list(range(10))
    times = [frame.pts_seconds for frame in taken]
    assert times[0] == 0
    assert all(two > one for one, two in itertools.pairwise(times))
    assert source.frame_count is None


def test_several_sinks_get_every_frame_and_close_all(tmp_path: Path) -> None:
    first, second = ListSink([Key("h")]), ListSink([Key("q")])
    both = LetterboxSink(first, second)
    for frame in make_frames(3):
        both.show(frame)
    assert both.poll() == (Key("h"), Key("q"))
    both.finish()
    both.close()
    assert len(first.frames) == len(second.frames) == 3
    assert first.finished == second.finished == 1


def test_frames_come_when_they_are_due() -> None:
    source = RealtimePlayback(ListSource(make_frames(7)))
    started = time.monotonic()
    arrivals = [(frame.pts_seconds, time.monotonic() - started) for frame in source]
    assert source.live
    assert len(arrivals) == 7
    assert all(arrived >= due - 0.005 for due, arrived in arrivals)


def test_closing_ends_the_waiting() -> None:
    frames = make_frames(400)
    source = RealtimePlayback(ListSource(frames))
    threading.Timer(0.2, source.close).start()
    assert len(list(source)) < 400
