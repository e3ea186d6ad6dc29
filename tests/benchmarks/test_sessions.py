"""The controller before a real load, and what a run grows by: how both are judged."""

from __future__ import annotations

import pytest

from benchmarks.sessions import (
    CALIBRATING,
    HoldCase,
    PaintedFrame,
    Sample,
    growth,
    measure_endurance,
    measure_hold,
    one_core_busy,
    settling_seconds,
)
from realtime.errors import BadInputError
from realtime.live.quality_controller import Level
from realtime.pipeline import StageTimestamps


def frames(*missed: bool) -> list[tuple[float, bool]]:
    return [(i / 10, misses) for i, misses in enumerate(missed)]


def test_settled_is_when_misses_become_rare_for_good() -> None:
    assert settling_seconds(frames(*[False] * 50)) == 0.0
    assert settling_seconds(frames(*[True] * 20, *[False] * 50)) == 2.0
    assert settling_seconds(frames(*[True] * 50)) is None
    now_and_then = [i % 15 == 7 for i in range(90)]
    assert settling_seconds(frames(*now_and_then)) == 0.0
    relapse = [False] * 40 + [True] * 10 + [False] * 40
    assert settling_seconds(frames(*relapse)) == 5.0


@pytest.mark.parametrize(
    ("cost", "shown", "misses"), [(0.03, 0.05, False), (0.04, 0.05, True), (0.02, 0.09, True)]
)
def test_a_frame_misses_by_its_cost_or_by_its_latency(
    cost: float, shown: float, misses: bool
) -> None:
    timestamps = StageTimestamps(
        asked=0, taken=0, begun=0.001, painted=0.001 + cost, fetched=0, shown=shown
    )
    painted, case = PaintedFrame(timestamps, Level(1.0)), HoldCase(rate_fps=30, latency_ms=80)
    assert painted.misses(case) is misses


def test_a_real_load_keeps_a_core_busy_and_goes() -> None:
    with one_core_busy() as process:
        assert process.poll() is None
    assert process.poll() is not None


def test_the_three_phases_are_told() -> None:
    rows = measure_hold(HoldCase((160, 120), seconds=1.0, engine="torch"))
    assert [row["phase"] for row in rows] == ["alone", "beside a load on one core", "alone again"]
    for row in rows:
        assert row["frames"] > 1
        assert row["fps"] > 0
        assert row["capture_to_shown"]["p50_ms"] > 0
        assert row["network"] == "fast"


def test_growth_is_over_where_the_run_was_warm() -> None:
    looks = [Sample(at=i, memory_mb=100 + 10 * i, threads=9, files=5) for i in range(20)]
    warm = [Sample(at=20 + i, memory_mb=400, threads=10, files=6) for i in range(CALIBRATING)]
    later = [Sample(at=40 + i, memory_mb=400 + i, threads=10 + (i == 3), files=6) for i in range(9)]
    grown = growth(looks + warm + later)
    assert grown["memory_warm_mb"] == 400
    assert grown["memory_growth_mb"] == 8
    assert grown["memory_end_growth_mb"] == 6
    assert (grown["threads"], grown["threads_more"]) == (10, 1)
    assert (grown["files"], grown["files_more"]) == (6, 0)
    with pytest.raises(BadInputError, match="before it was warm"):
        growth(looks)


def test_too_short_a_run_is_refused() -> None:
    with pytest.raises(BadInputError, match="--minutes must be above"):
        measure_endurance(5, (160, 120), "identity")
