"""The stopwatch, with a clock that only the work moves: its figures are then known exactly."""

from collections.abc import Callable

import pytest

from benchmarks.harness import Timings, interleaved, summary
from realtime.clockwork import timed
from tests.helpers import FakeClock


def costing(clock: FakeClock, *seconds: float) -> Callable[[], None]:
    """Return work of these costs, again and again."""
    calls = 0

    def work() -> None:
        nonlocal calls
        clock.advance(seconds[calls % len(seconds)])
        calls += 1

    return work


def test_timing_warms_up_and_repeats() -> None:
    clock = FakeClock()
    durations = timed(costing(clock, 9.0, 9.0, 1.0), seconds=0.0, warm_up=2, clock=clock)
    assert durations == [1.0, 9.0, 9.0, 1.0, 9.0]


def test_timing_ends_when_its_time_is_up() -> None:
    clock = FakeClock()
    assert timed(costing(clock, 0.25), seconds=2.5, warm_up=0, clock=clock) == [0.25] * 10


def test_candidates_take_turns_and_rest_between_them() -> None:
    clock, order, rests = FakeClock(), list[str](), list[float]()
    works = {name: (lambda name=name: order.append(name)) for name in "ab"}
    timings = interleaved(works, seconds=0.0, rounds=2, clock=clock, rest=rests.append)
    assert {name: len(one.seconds) for name, one in timings.items()} == {"a": 6, "b": 6}
    assert "".join(order) == "a" * 6 + "b" * 6 + "a" * 4 + "b" * 4
    assert len(rests) == 4


def test_a_candidate_alone_need_not_rest() -> None:
    clock, rests = FakeClock(), list[float]()
    work = {"a": costing(clock, 0.5)}
    interleaved(work, seconds=1.0, rounds=2, clock=clock, rest=rests.append)
    assert rests == []


def test_percentiles_of_known_costs_keep_the_outlier() -> None:
    assert summary([0.01] * 98 + [0.02, 1.0]) == {
        "p5_ms": 10.0, "p50_ms": 10.0, "p95_ms": 10.0, "p99_ms": pytest.approx(29.8),
        "max_ms": 1000.0, "fps": 100.0, "runs": 100,
    }  # fmt: skip


def test_a_ratio_does_not_see_what_slows_a_whole_round() -> None:
    ours = Timings([[0.010] * 5, [0.030] * 5, [0.010] * 5])
    eager = Timings([[0.040] * 5, [0.120] * 5, [0.040] * 5])
    assert ours.times_faster_than(eager) == 4.0
    assert eager.times_faster_than(ours) == 0.25
    assert ours.summary()["spread_percent"] == 100.0
