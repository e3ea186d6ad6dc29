"""The script for GPUs, tried on the CPU; and the roofline limits it compares with."""

from pathlib import Path

import pytest
import torch

from benchmarks.gpu import app
from benchmarks.result import REASON, read
from benchmarks.roofline import PassCost, Peaks, cost_of, measure_peaks
from realtime.network.registry import build_network, default_config
from tests.commands import invoke
from tests.helpers import quadrant_card


def test_the_cost_of_the_article_network_is_what_was_counted_by_hand() -> None:
    """Its unfolded form: 11.7 GMAC at 256x256, 50.8 at 640x480."""
    for size, giga_macs, within in (((256, 256), 11.7, 0.1), ((640, 480), 50.8, 0.2)):
        cost = cost_of(build_network(default_config("article")), 1, size, half=True)
        assert cost.giga_macs == pytest.approx(giga_macs, abs=within)


def test_half_precision_moves_half_the_bytes() -> None:
    network = build_network(default_config("fast", 2)).folded()
    full, half = (cost_of(network, 2, (64, 48), half=half) for half in (False, True))
    assert full.mega_bytes == pytest.approx(2 * half.mega_bytes)


def test_the_limit_is_the_larger_of_the_two_times() -> None:
    peaks = Peaks(tera_macs=10.0, giga_bytes=1000.0)
    assert PassCost(50.0, 100.0).limit_ms(peaks) == 5.0
    assert PassCost(50.0, 100.0).bound(peaks) == "arithmetic"
    assert PassCost(1.0, 3000.0).limit_ms(peaks) == 3.0
    assert PassCost(1.0, 3000.0).bound(peaks) == "bytes"


def test_peaks_are_measured() -> None:
    peaks = measure_peaks(torch.device("cpu"), torch.float32, side=64, copy_bytes=1 << 20)
    assert peaks.tera_macs > 0
    assert peaks.giga_bytes > 0


def test_the_script_runs_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whether all pictures are painted alike is asked in `test_parity`.
    monkeypatch.setattr("benchmarks.gpu.check_pictures", lambda: {"card": quadrant_card()})
    out = tmp_path / "gpu.json"
    invoke(
        app, "--device", "cpu", "--sizes", "48x32", "--seconds", 0.01, "--no-compiled",
        "--networks", "fast", "--out", out,
    )  # fmt: skip
    result = read(out)
    parity = {row["what"]: row for row in result.rows if row["part"] == "parity"}
    assert "max 0" in parity["torch fp32"]["worst"]
    assert REASON in parity["tensorrt fp16"]
    networks = [row for row in result.of("gpu") if row["part"] == "network"]
    assert [row["network"] for row in networks] == ["fast"] * 3
    assert all(row["runs"] > 0 and row["size"] == "48x32" for row in networks)
