"""The gallery's training, end to end, in a budget that teaches nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from realtime.network.bundle import load_bundle
from realtime.network.card import read_card
from tests.conftest import shared
from train.gallery import app, settings_of
from train.paintings import PAINTINGS
from train.rounds import GPU_MINUTES, ON_CPU, ON_GPU, Runs, runs_for

ROOT = Path(__file__).parents[2]


CPU = torch.device("cpu")


@pytest.mark.parametrize("runs", [ON_CPU, ON_GPU], ids=["cpu", "gpu"])
def test_every_round_has_what_it_needs(runs: Runs) -> None:
    folder = shared("data/styles")
    trained: dict[str, tuple[str, ...]] = {}
    for bundle, rounds in runs.items():
        for round_ in rounds:
            assert round_.styles == rounds[0].styles
            assert not round_.teacher or trained[round_.teacher] == round_.styles
            paintings = tuple(Path(f"{name}.png") for name in round_.styles)
            assert settings_of(round_, paintings, folder, CPU).steps > 0  # they go together
        trained[bundle] = rounds[0].styles
    for painting in PAINTINGS.values():
        assert (folder / painting.file).is_file()
        assert painting.credit.title


def test_a_gpu_makes_the_same_bundles_of_the_same_styles_within_25_minutes() -> None:
    runs, minutes = runs_for(torch.device("cuda"))
    assert runs_for(CPU) == (ON_CPU, None)
    assert minutes == GPU_MINUTES < 25
    styles = [
        {name: rounds[-1].styles for name, rounds in table.items()} for table in (ON_CPU, runs)
    ]
    assert styles[0] == styles[1]


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
    assert fast.names == ON_CPU["fast"][-1].styles


def test_an_unknown_bundle_is_refused() -> None:
    with pytest.raises(SystemExit):
        app(["--data", ".", "--vgg", ".", "--only", "slow"])
