"""The gallery's training, end to end, in a budget that teaches nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from realtime.network.bundle import load_bundle
from realtime.network.card import read_card
from tests.conftest import shared
from train.gallery import RUNS, app
from train.paintings import PAINTINGS

ROOT = Path(__file__).parents[2]


def test_every_round_has_what_it_needs() -> None:
    folder = shared("data/styles")
    for rounds in RUNS.values():
        known: tuple[str, ...] = ()
        for round_ in rounds:
            assert round_.kept in ((), known)
            known = round_.kept + round_.styles
            factors = round_.settings.get("style_factors", ())
            assert len(factors) in (0, len(round_.styles))
    for painting in PAINTINGS.values():
        assert (folder / painting.file).is_file()
        assert painting.credit.title


def test_a_small_budget_trains_all_bundles_and_a_second_call_has_nothing_to_do(
    tmp_path: Path,
) -> None:
    data, vgg = shared("data"), shared("vgg")
    command = [
        sys.executable, "-m", "train.gallery", "--data", str(data), "--vgg", str(vgg),
        "--out", str(tmp_path), "--minutes", "0.1", "--device", "cpu",
    ]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    made: list[dict[str, float]] = []
    for _ in range(2):
        finished = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        assert finished.returncode == 0, finished.stderr
        made.append({p.name: read_card(p).results["steps"] for p in tmp_path.glob("*.safetensors")})
    assert made[0] == made[1]
    assert {"fast.safetensors", "article.safetensors"} <= set(made[0])
    fast = load_bundle(tmp_path / "fast.safetensors").card
    assert fast.results["half_way_back"] == list(RUNS["fast"][-1].half_way_back)
    assert fast.names == RUNS["fast"][-1].kept + RUNS["fast"][-1].styles


def test_an_unknown_bundle_is_refused() -> None:
    with pytest.raises(SystemExit):
        app(["--data", ".", "--vgg", ".", "--only", "slow"])
