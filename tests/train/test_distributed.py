"""Two real processes, joined by gloo as torchrun starts them, learn what one would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from realtime.errors import BadInputError
from tests.train.tiny import log_lines, run, tiny_settings, write_painting, write_photographs
from tests.train.vgg import torchvision_state
from train.checkpoint import read_checkpoint
from train.distributed import World
from train.loss.loss_network import VGG16_BLOCKS

ROOT = Path(__file__).parents[2]


def train(folder: Path, out: Path, *launcher: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, *launcher, "-m", "train", str(folder / "painting.png"),
        "--content", str(folder / "photos"), "--vgg", str(folder / "vgg16.pth"),
        "--out", str(out), "--steps", "4", "--batch", "2", "--crop-size", "64", "--device", "cpu",
        "--precision", "fp32", "--from", str(folder / "start.safetensors"), "--everything",
    ]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def learned(bundle: Path) -> dict[str, torch.Tensor]:
    """Return the weights as they were learned: the bundle's are rounded to half precision."""
    weights: dict[str, torch.Tensor] = read_checkpoint(bundle.with_suffix(".checkpoint"))["average"]
    return weights


def test_two_processes_give_the_single_process_result(tmp_path: Path) -> None:
    # Not from what ships: where a gradient happens to cancel out, Adam enlarges its rounding.
    run(tiny_settings(tmp_path / "before"), tmp_path / "start.safetensors")
    torch.manual_seed(1)  # nor with another loss network after other tests
    torch.save(torchvision_state(VGG16_BLOCKS), tmp_path / "vgg16.pth")
    write_painting(tmp_path / "painting.png", (20, 60, 220))
    write_photographs(tmp_path / "photos")
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    alone = train(tmp_path, one)
    assert alone.returncode == 0, alone.stderr
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    joined = train(tmp_path, two, *launcher)
    assert joined.returncode == 0, joined.stderr
    single, double = learned(one), learned(two)
    for name, values in single.items():
        torch.testing.assert_close(double[name], values, atol=1e-4, rtol=0)
    for first, second in zip(log_lines(one), log_lines(two), strict=True):
        assert second == pytest.approx(first, rel=1e-3)
    assert {"style", "kept"} <= log_lines(two)[0].keys()
    assert joined.stdout.count("wrote ") == 1


def test_the_batch_must_be_shared_evenly() -> None:
    assert World(1, 2).share(4) == slice(2, 4)
    with pytest.raises(BadInputError, match="3 cannot be shared evenly by 2"):
        World(0, 2).share(3)
