"""The live bench, with an engine of known cost and a clock that only the parts move."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.cli import app
from benchmarks.harness import landscape_camera
from benchmarks.live import (
    PERIOD_SECONDS,
    TICK_SECONDS,
    LiveCase,
    Recorder,
    StampedSource,
    age_seconds,
    fits,
    read_code,
    record_run,
    stamp,
)
from realtime.errors import BadInputError, UnknownNameError
from realtime.frame import Frame
from realtime.look import Look
from realtime.painter import open_painter
from realtime.ports import EngineInfo, PlainSink, Style
from realtime.settings import PaintSettings
from realtime.sources.landscape import Landscape
from tests.benchmarks.test_benchmarks import measured
from tests.helpers import FakeClock, ListSource

CAMERA_SECONDS, ENGINE_SECONDS, SCREEN_SECONDS = 0.004, 0.010, 0.002
PERIOD = CAMERA_SECONDS + ENGINE_SECONDS + SCREEN_SECONDS
LOOK = Look((1.0,))


def grey(index: int) -> Frame:
    return Frame(np.full((48, 192, 3), 128, np.uint8), index, index / 30)


class Turns(PlainSink):
    """A camera, an engine and a screen that never work at the same time."""

    info, description = EngineInfo("identity", "cpu", "fp32"), "turns"
    styles = (Style("only"),)
    live, rate_fps, frame_count, size = False, 30.0, None, None

    def __init__(self, clock: FakeClock, frames: int) -> None:
        self.clock, self.frames = clock, frames
        self.free = threading.Semaphore(1)

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self.frames):
            assert self.free.acquire(timeout=10)
            self.clock.advance(CAMERA_SECONDS)
            yield grey(index)

    def stylize(self, frame: Frame, look: Look) -> Frame:
        self.clock.advance(ENGINE_SECONDS)
        return frame.with_pixels(200 - frame.pixels // 2)  # black turns light

    def show(self, frame: Frame) -> None:
        self.clock.advance(SCREEN_SECONDS)


class LockStep(Recorder):
    """Lets the next frame come only when the one before was read."""

    def __init__(self, turns: Turns, seconds: float) -> None:
        super().__init__(LiveCase(seconds=seconds, warm_up_seconds=0.0), turns, turns.clock)
        self.turns = turns

    def on_shown(self, frame: Frame) -> None:
        super().on_shown(frame)
        self.turns.free.release()


def run_in_turns(frames: int, seconds: float = 1e9) -> Recorder:
    turns = Turns(FakeClock(), frames)
    return record_run(turns, turns, LOOK, LockStep(turns, seconds))


def test_stages_of_known_cost_come_out_exactly() -> None:
    row = run_in_turns(40).row()
    stages = row["stages"]
    for name, seconds in (("network", ENGINE_SECONDS), ("show", SCREEN_SECONDS)):
        assert stages[name]["p50_ms"] == stages[name]["p99_ms"] == pytest.approx(1000 * seconds)
    assert stages["to_network"]["p99_ms"] == stages["to_show"]["p99_ms"] == 0.0
    assert row["fps"] == pytest.approx(1 / PERIOD)
    assert row["dropped"] == 0
    assert row["frames"] == 40
    assert row["size"] == "192x48"


def test_stages_add_up_to_capture_to_shown() -> None:
    row = run_in_turns(12).row()
    parts = ("to_network", "network", "to_show", "show")
    total = sum(row["stages"][name]["p50_ms"] for name in parts)
    assert total == pytest.approx(row["capture_to_shown"]["p50_ms"]) == pytest.approx(12.0)


def test_glass_to_glass_is_the_delay_that_was_built_in() -> None:
    row = run_in_turns(20).row()
    assert row["codes_read_percent"] == 100.0
    expected_ms, tick_ms = 1000 * (ENGINE_SECONDS + SCREEN_SECONDS), 1000 * TICK_SECONDS
    assert row["glass_to_glass"]["p50_ms"] == pytest.approx(expected_ms, abs=tick_ms)


def test_the_run_ends_when_its_time_is_up() -> None:
    assert len(run_in_turns(1000, seconds=20 * PERIOD).timestamps) == 21


def test_a_source_that_ends_too_early_is_refused() -> None:
    with pytest.raises(BadInputError, match="ended before it was warm"):
        run_in_turns(1).row()


class Burst(Turns):
    """A live camera: while the engine paints the first frame, three more come, then the last."""

    live = True

    def __init__(self, clock: FakeClock, frames: int) -> None:
        super().__init__(clock, frames)
        self.painting, self.done = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        yield grey(0)
        assert self.painting.wait(10)
        yield from (grey(1), grey(2), grey(3))
        self.done.set()

    def stylize(self, frame: Frame, look: Look) -> Frame:
        self.painting.set()
        assert self.done.wait(10)
        return super().stylize(frame, look)


def test_drops_are_counted() -> None:
    burst = Burst(FakeClock(), 0)
    recorder = Recorder(LiveCase(warm_up_seconds=0.0), burst, burst.clock)
    watch = record_run(burst, burst, LOOK, recorder)
    assert len(watch.timestamps) == 2  # the first, and the newest of three
    assert watch.total_dropped == 2


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.23425, PERIOD_SECONDS - TICK_SECONDS])
@pytest.mark.parametrize("size", [(176, 64), (640, 480), (1281, 721)])
def test_a_code_is_read_as_it_was_written(seconds: float, size: tuple[int, int]) -> None:
    frame = Frame(np.full((size[1], size[0], 3), 90, np.uint8), 0, 0.0)
    stamped = stamp(frame, seconds).pixels
    for painted in (stamped, 255 - stamped, stamped // 4 + 100):
        assert read_code(painted) == pytest.approx(seconds)
    assert age_seconds(stamped, seconds + 0.5) == pytest.approx(0.5)


def test_what_a_network_painted_is_read() -> None:
    engine, look = open_painter(PaintSettings(engine="torch", style="starry-night"))
    scene = Landscape(192, 96)
    for number in range(8):
        seconds = number * 101 * TICK_SECONDS  # little else than zeros, and quite mixed
        stamped = stamp(Frame(scene.at(number / 30), number, 0.0), seconds)
        assert read_code(engine.stylize(stamped, look).pixels) == pytest.approx(seconds)
    engine.close()


def test_time_goes_round() -> None:
    stamped = stamp(grey(0), PERIOD_SECONDS - 0.01).pixels
    assert age_seconds(stamped, PERIOD_SECONDS + 0.02) == pytest.approx(0.03)


def test_what_cannot_be_read_is_lost_not_guessed() -> None:
    rng = np.random.default_rng(0)
    assert read_code(grey(0).pixels) is None
    noise = [read_code(rng.integers(0, 256, (48, 192, 3), np.uint8)) for _ in range(100)]
    assert noise.count(None) > 80  # four bits of checking let one in sixteen pass
    stamped = stamp(grey(0), 3.0).pixels
    stamped[:16, 16:24] = 255 - stamped[:16, 16:24]  # one bit turned over
    assert read_code(stamped) is None


def test_a_frame_too_small_for_a_code_stays_as_it_is() -> None:
    small = Frame(np.zeros((32, 48, 3), np.uint8), 0, 0.0)
    assert not fits(48, 32)
    with pytest.raises(ValueError, match="no time code fits"):
        stamp(small, 0.0)
    assert list(StampedSource(ListSource([small]), FakeClock())) == [small]


def test_the_camera_keeps_its_own_time() -> None:
    camera = landscape_camera((64, 48), 1000.0)
    frames = iter(camera)
    first, second = next(frames), next(frames)
    assert (first.index, first.pts_seconds) == (0, 0.0)
    assert second.index >= 1
    camera.close()
    assert list(frames) == []


def test_a_camera_is_measured_end_to_end() -> None:
    (row,) = measured(
        "live", "--engine", "torch", "--size", "192x96", "--seconds", "0.2", "--rate", "60"
    )
    assert row["size"] == "192x96"
    assert row["fps"] > 0
    assert row["capture_to_shown"]["p50_ms"] >= row["stages"]["network"]["p50_ms"]
    assert row["codes_read_percent"] > 50
    assert row["glass_to_glass"]["p95_ms"] > 0


def test_a_sink_that_writes_files_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        app(["live", "--sink", "video"], standalone_mode=False)
