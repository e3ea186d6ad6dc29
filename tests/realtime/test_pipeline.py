"""Stop, error and back-pressure behaviour; most of this was written before the pipeline."""

import threading
from collections.abc import Callable, Iterator

import pytest

from realtime.frame import Frame
from realtime.look import Look
from realtime.pipeline import Hooks, Report, run
from realtime.ports import Event, Key
from tests.helpers import ONE_STYLE, InvertingEngine, ListSink, ListSource, make_frames


@pytest.fixture(autouse=True)
def no_thread_outlives_a_test() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def hooks(
    on_frame: Callable[[Report], bool] = lambda report: True,
    on_event: Callable[[Event], bool] = lambda event: True,
) -> Hooks:
    return Hooks(look=lambda: ONE_STYLE, on_frame=on_frame, on_event=on_event)


def test_an_empty_source_ends_at_once() -> None:
    sink = ListSink()
    assert run(ListSource([]), InvertingEngine(), sink, hooks()).frames == 0
    assert sink.finished == 1


@pytest.mark.parametrize("part", ["source", "engine", "sink", "hook"])
def test_whatever_raises_ends_the_run_with_its_error(part: str) -> None:
    def broken(report: Report) -> bool:
        raise KeyboardInterrupt("hook broke")

    error = OSError("source broke") if part == "source" else None
    source = ListSource(make_frames(50), live=part == "source", error=error)
    engine = InvertingEngine(fails_at=5 if part == "engine" else None)
    sink = ListSink(fails_at=5 if part == "sink" else None)
    kind = {"source": OSError, "hook": KeyboardInterrupt}.get(part, RuntimeError)
    with pytest.raises(kind, match=f"{part} broke"):
        run(source, engine, sink, hooks(on_frame=broken) if part == "hook" else hooks())
    assert part == "source" or len(sink.frames) <= 5
    assert sink.finished == 0


def test_of_a_file_that_breaks_off_all_that_was_read_is_shown_before_its_error() -> None:
    gate, sink = threading.Event(), ListSink()

    class BreakingOff(ListSource):
        def __iter__(self) -> Iterator[Frame]:
            yield from self.frames
            gate.set()  # nothing is painted before the file has broken off
            raise OSError("cut off")

    source = BreakingOff(make_frames(4))
    with pytest.raises(OSError, match="cut off"):
        run(source, InvertingEngine(gate=gate), sink, hooks())
    assert [frame.index for frame in sink.frames] == [0, 1, 2, 3]
    assert sink.finished == 0


def test_a_slow_engine_makes_a_file_wait() -> None:
    gate = threading.Event()
    source, sink = ListSource(make_frames(60)), ListSink()
    taken: list[int] = []

    def open_gate() -> None:
        taken.append(source.given)
        gate.set()

    threading.Timer(0.3, open_gate).start()
    run(source, InvertingEngine(gate=gate), sink, hooks())
    assert taken[0] < 10
    assert [frame.index for frame in sink.frames] == list(range(60))


def test_a_slow_engine_makes_a_live_source_drop_and_count() -> None:
    gate = threading.Event()

    class Opening(ListSource):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            gate.set()

    sink = ListSink()
    source = Opening(make_frames(60), live=True)
    report = run(source, InvertingEngine(gate=gate), sink, hooks())
    shown = [frame.index for frame in sink.frames]
    assert source.given == 60
    assert shown[-1] == 59  # the newest frame always arrives
    assert len(shown) + report.dropped == 60
    assert report.dropped > 40


def test_a_hook_ends_an_endless_run() -> None:
    class Endless(ListSource):
        def __iter__(self) -> Iterator[Frame]:
            while True:
                yield from make_frames(1)

    sink = ListSink()
    stop = hooks(on_frame=lambda report: report.frames < 7)
    report = run(Endless([], live=True), InvertingEngine(), sink, stop)
    assert report.frames == len(sink.frames) == 7
    assert sink.finished == 1


def test_events_reach_the_hook_and_can_end_the_run() -> None:
    seen: list[object] = []

    def on_event(event: object) -> bool:
        seen.append(event)
        return event != Key("q")

    sink = ListSink([Key("a"), Key("q"), Key("b")])
    run(ListSource(make_frames(50)), InvertingEngine(), sink, hooks(on_event=on_event))
    assert seen == [Key("a"), Key("q")]
    assert len(sink.frames) < 50


def test_events_are_polled_while_no_frame_comes() -> None:
    gate = threading.Event()

    class Idle(ListSink):
        def poll(self) -> tuple[Key, ...]:
            return (Key("q"),)

    def on_event(event: object) -> bool:
        gate.set()  # only now
        return False

    sink = Idle()
    run(ListSource(make_frames(5)), InvertingEngine(gate=gate), sink, hooks(on_event=on_event))
    assert not sink.frames


def test_the_look_is_asked_for_every_frame() -> None:
    engine = InvertingEngine()
    looks = iter([Look((1.0,), 0.1 * i) for i in range(6)])
    run(ListSource(make_frames(6)), engine, ListSink(), Hooks(look=lambda: next(looks)))
    assert [look.strength for look in engine.looks] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_the_report_counts_what_happened() -> None:
    report = run(ListSource(make_frames(20)), InvertingEngine(), ListSink(), hooks())
    assert len(report.latencies_seconds) == len(report.engine_seconds) == 20
    assert 0 < report.first_frame_seconds <= report.seconds
    assert report.latency.p50_ms <= report.latency.p95_ms <= report.latency.p99_ms
    assert report.mean_fps > 0
