from __future__ import annotations

from dataclasses import replace

import pytest

from realtime.clockwork import Samples
from realtime.live.quality_controller import Level
from realtime.pipeline import Report
from realtime.studio.figures import Painting, advice, figures

PAINTING = Painting(
    bundle="quality", engine="openvino, cpu", level=Level(1.0), holds=False, lighter="fast",
    rate_fps=30.0, size=(1280, 720),
)  # fmt: skip


def report(rate_fps: float, engine_seconds: float) -> Report:
    return Report(
        frames=90, dropped=3, rate_fps=rate_fps,
        latencies_seconds=samples(2 * engine_seconds), engine_seconds=samples(engine_seconds),
    )  # fmt: skip


def samples(seconds: float) -> Samples:
    kept = Samples(90)
    for _ in range(90):
        kept.append(seconds)
    return kept


def test_the_figures_are_those_of_the_report() -> None:
    told = figures(report(10.0, 0.1), PAINTING, unsent=2)
    assert (told["fps"], told["p50"], told["p95"]) == (10.0, 200.0, 200.0)
    assert (told["engine_ms"], told["dropped"], told["frames"]) == (100.0, 5, 90)
    assert told["manner"] == "in full detail"


def test_a_slow_engine_is_told_what_would_help() -> None:
    words = " ".join(advice(report(10.0, 0.1), PAINTING, 100.0))
    for part in ("takes 100 ms", "bundle fast", "Hold the rate", "640x480", "GPU"):
        assert part in words
    helped = replace(PAINTING, holds=True, lighter=None, size=(640, 480), engine="torch, cuda:0")
    assert len(advice(report(10.0, 0.1), helped, 100.0)) == 1


@pytest.mark.parametrize(("rate_fps", "words"), [(29.0, "keeps up"), (12.0, "the browser")])
def test_a_fast_engine_is_not_to_blame(rate_fps: float, words: str) -> None:
    (said,) = advice(report(rate_fps, 0.015), PAINTING, 15.0)
    assert words in said


def test_a_rate_that_is_held_by_painting_coarser_is_called_that() -> None:
    coarser = replace(PAINTING, holds=True, level=Level(0.5))
    first, *others = advice(report(29.0, 0.02), coarser, 20.0)
    assert "by painting coarser" in first
    assert any("bundle fast" in word for word in others)


def test_nothing_is_said_before_anything_is_known() -> None:
    assert advice(Report(), PAINTING, 0.0) == []
