"""That the benchmarks measure and report; how fast is not a test's business."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from benchmarks import candidates, video
from benchmarks.cli import app
from benchmarks.engines import measure_optimisation
from realtime.errors import BadInputError
from realtime.settings import PaintSettings
from tests.commands import invoke
from tests.made import SHORT


def measured(*arguments: str) -> list[dict[str, Any]]:
    """Run a command and return its rows."""
    rows: list[dict[str, Any]] = json.loads(invoke(app, *arguments, "--json", "-").stdout)["rows"]
    return rows


def test_the_article_is_measured_cold_and_warm_beside_what_it_cites() -> None:
    rows = measured("article", "torch", "--precision", "fp32", "--seconds", "0.05")
    cited, laptop, ours, eager, slow = rows
    assert cited["first_picture_s"] == 1.455744
    assert laptop["first_picture_s"] == 12
    assert (ours["engine"], eager["engine"]) == ("torch", "eager")
    for row in (ours, eager):
        assert row["size"] == "252x252"
        assert row["cold_s"] > row["first_picture_s"] > 0
        assert row["times_faster_than_article"] == pytest.approx(1455.744 / row["p50_ms"], abs=0.1)
    assert ours["psnr_db"] > 50
    assert "--vgg" in slow["not_measured"]


def test_the_slow_method_is_extrapolated_and_says_so(tmp_path: Path, vgg16: Path) -> None:
    row = measure_optimisation(vgg16, steps=500)
    assert row["runs"] == 6
    assert row["extrapolated_s"] == pytest.approx(0.5 * row["step_p50_ms"], abs=0.1)
    assert "relu1_1" in row["runs_on"]
    refused = measure_optimisation(tmp_path / "nothing.pth", steps=500)
    assert "nothing.pth" in refused["not_measured"]


def test_engines_are_measured_side_by_side() -> None:
    rows = measured(
        "engines", "torch", "openvino", "--seconds", "0.05", "--precision", "fp32,int8",
        "--sizes", "96x64", "--networks", "fast", "--no-alone",
    )  # fmt: skip
    figures = [row for row in rows if "not_measured" not in row]
    assert {row["engine"] for row in figures} == {"torch", "openvino", "eager"}
    assert {row["size"] for row in figures} == {"96x64"}
    assert any((row["engine"], row["precision"]) == ("torch", "int8") for row in rows)
    for row in figures:
        assert row["times_faster_than_eager"] > 0
        assert row["p99_ms"] >= row["p95_ms"] >= row["p50_ms"] >= row["p5_ms"] > 0
        assert ("of_peak_macs" in row) == (row["precision"] == "fp32")


def test_the_baseline_may_be_left_out() -> None:
    rows = measured(
        "engines", "torch", "--seconds", "0.05", "--precision", "fp32", "--sizes", "64x48",
        "--with", "none", "--no-alone", "--networks", "fast",
    )  # fmt: skip
    assert [row["engine"] for row in rows] == ["torch"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("engines", "opnvino"), "did you mean openvino"),
        (("engines", "--with", "peager"), "did you mean eager"),
        (("engines", "--networks", "slow"), "no network named 'slow'"),
        (("engines", "--precision", "fp31"), "no precision named 'fp31'"),
        (("engines", "--sizes", "640"), "expected WIDTHxHEIGHT"),
        (("scaling", "--styles", "1,none"), "--styles '1,none' not understood"),
        (("goals", "--frames", "0"), "--frames must be above 0"),
        (("article", "--seconds", "0"), "--seconds must be above 0"),
        (("video", "--frames", "-1"), "--frames must be above 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        app(arguments, standalone_mode=False)


def test_the_start_is_timed_with_empty_caches_and_with_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "LIVE_STARTS", 1)
    rows = measured("start")
    assert [row["what"] for row in rows] == ["cold: empty cache folder", "warm"]
    assert all(row["seconds"] > 0 for row in rows)


def test_a_clip_is_measured_from_file_to_file() -> None:
    (row,) = measured("video", "--frames", "60", "--size", "160x120")
    assert row["frames"] == 60
    assert row["fps"] > 0
    assert row["memory_peak_mb"] >= row["memory_early_mb"] > 50


def test_interrupted_the_measurement_of_a_clip_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*progress: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(video._Memory, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        video.measure_video(60, (160, 120), PaintSettings(engine="identity"))


def test_steadiness_is_measured_relative_to_the_camera() -> None:
    rows = measured("flicker", "--frames", "4", "--size", "96x64", "--engine", "identity")
    plain = [row for row in rows if not row["stabilize"]]
    assert {row["network"] for row in rows} == {"fast", "quality", "article"}
    for row in plain:  # an engine that paints nothing does what the camera does
        assert row["still"] == row["exposure"] == row["dark"] == 1.0
        assert row["dark_denoised"] < 0.4
        assert row["pan"] == 0.0
        assert row["zoom"] < 0.6
        assert "clip" not in row
    held = [row for row in rows if row["stabilize"]]
    assert {row["network"] for row in held} == {"article"}
    assert all(row["still"] < 0.7 for row in held)


def test_a_clip_is_followed_by_its_optical_flow(clips_folder: Path) -> None:
    clip = str(clips_folder / SHORT[1])
    arguments = ("--frames", "3", "--size", "96x64", "--engine", "identity", "--style", "mosaic")
    rows = measured("flicker", *arguments, "--clip", clip)
    assert [row["clip"] for row in rows] == [1.0, 1.0]  # mosaic lives in two bundles
