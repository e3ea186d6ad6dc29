"""That the benchmarks measure and report; how fast is not a test's business."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.measure import interleaved, summary, timed
from realtime.errors import UnknownNameError


def test_timing_warms_up_and_repeats() -> None:
    calls: list[int] = []
    durations = timed(lambda: calls.append(1), seconds=0.0, warm_up=2)
    assert len(durations) == 5
    assert len(calls) == 7


def test_contenders_take_turns() -> None:
    order: list[str] = []
    contenders = {name: (lambda name=name: order.append(name)) for name in "ab"}
    durations = interleaved(contenders, seconds=0.0, rounds=2)
    assert {name: len(values) for name, values in durations.items()} == {"a": 10, "b": 10}
    assert "".join(order).index("b") < len("".join(order).rstrip("b").rstrip("a"))


def test_a_summary_is_in_milliseconds() -> None:
    assert summary([0.02, 0.01, 0.03]) == {
        "p5_ms": pytest.approx(11), "p50_ms": 20.0, "p95_ms": pytest.approx(29), "fps": 50.0,
        "runs": 3,
    }  # fmt: skip


def test_bench_keeps_its_data_with_the_machine(tmp_path: Path) -> None:
    out = tmp_path / "results" / "bench.json"
    finished = CliRunner().invoke(app, ["--out", str(out), "--seconds", "0.1"])
    assert finished.exit_code == 0, finished.output
    result = json.loads(out.read_text())
    assert result["machine"]["cpu"]
    assert result["article_seconds"] == 1.455744
    article = [row for row in result["rows"] if row["network"] == "article"]
    assert {row["size"] for row in article} == {"252x252"}
    for row in article:
        assert row["times_faster_than_article"] == pytest.approx(1455.744 / row["p50_ms"], abs=0.1)


def test_engines_are_measured_side_by_side() -> None:
    arguments = ["engines", "torch", "openvino", "--seconds", "0.05", "--json", "-"]
    finished = CliRunner().invoke(app, [*arguments, "--precision", "fp32,int8"])
    assert finished.exit_code == 0, finished.output
    result = json.loads(finished.stdout)
    assert {row["engine"] for row in result["rows"]} >= {"torch", "openvino", "eager"}
    assert {row["size"] for row in result["rows"]} == {"252x252", "640x480", "1280x720"}
    assert any("torch int8" in what for what in result["not_measured"])
    assert result["machine"]["packages"]["openvino"]
    for row in result["rows"]:
        assert row["times_faster_than_eager"] > 0


def test_an_engine_that_is_not_is_refused() -> None:
    finished = CliRunner().invoke(app, ["engines", "opnvino"])
    assert isinstance(finished.exception, UnknownNameError)
    assert "did you mean openvino" in str(finished.exception)
