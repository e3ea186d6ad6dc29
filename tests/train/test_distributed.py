"""Two real processes, joined by gloo as torchrun starts them, learn what one would."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from realtime.errors import BadInputError
from tests.commands import run_python
from tests.train.tiny import log_lines, run, tiny_settings, write_painting, write_photographs
from train.checkpoint import read_checkpoint
from train.distributed import World


def learned(bundle: Path) -> dict[str, torch.Tensor]:
    """Return the weights as they were learned: the bundle's are rounded to half precision."""
    weights: dict[str, torch.Tensor] = read_checkpoint(bundle.with_suffix(".checkpoint"))["average"]
    return weights


def test_two_processes_give_the_single_process_result(tmp_path: Path, vgg16: Path) -> None:
    # Not from what ships: where a gradient happens to cancel out, Adam enlarges its rounding.
    run(tiny_settings(tmp_path / "before"), tmp_path / "start.safetensors")
    command = (
        "-m", "train", write_painting(tmp_path / "painting.png", (20, 60, 220)), "--content",
        write_photographs(tmp_path / "photos"), "--vgg", vgg16, "--from",
        tmp_path / "start.safetensors", "--everything", "--steps", 4, "--batch", 2, "--crop-size",
        64, "--device", "cpu", "--precision", "fp32", "--out",
    )  # fmt: skip
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    alone = run_python(*command, one)
    assert alone.returncode == 0, alone.stderr
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", 2)
    joined = run_python(*launcher, *command, two)
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
