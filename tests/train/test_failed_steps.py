"""Numbers that do not stay finite, and memory that does not suffice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from realtime.errors import BadInputError
from realtime.network.bundle import load_bundle
from tests.train.tiny import log_lines, run, tiny_loss, tiny_network, tiny_settings
from train.checkpoint import read_checkpoint
from train.loop import Extras
from train.loss.loss_network import LossNetwork


class Moody(LossNetwork):
    """A loss network that fails on some calls, or on large batches."""

    def __init__(self, nan_on: Iterable[int] = (), largest_batch: int = 100) -> None:
        healthy = tiny_network()
        super().__init__(
            dict(healthy.stages.items()), offset=(127.5,) * 3, factor=(1 / 128,) * 3,  # type: ignore[arg-type]
            padding="reflect",
        )  # fmt: skip
        self.nan_on, self.largest_batch, self.calls = set(nan_on), largest_batch, 0

    def forward(self, pictures: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        if pictures.requires_grad and len(pictures) > self.largest_batch:
            raise torch.OutOfMemoryError("tried to allocate more than there is")
        found = super().forward(pictures, layers)
        if pictures.requires_grad:
            self.calls += 1
            if self.calls in self.nan_on:
                return {name: value * math.nan for name, value in found.items()}
        return found


def test_a_step_that_is_not_finite_is_taken_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = tiny_settings(tmp_path, identity_steps=0)
    out = tmp_path / "out.safetensors"
    card = run(settings, out, loss=tiny_loss(Moody(nan_on=[5])))
    assert card.results["steps"] == 12
    assert card.results["steps_back"] == 1
    assert [line["step"] for line in log_lines(out)] == list(range(12))
    assert all(weight.isfinite().all() for weight in load_bundle(out).network.parameters())
    assert "the gradient is not finite" in caplog.text
    assert "back to step 0 with 0.5 times the learning rate" in caplog.text


def test_a_run_that_never_settles_ends_and_says_why(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path, identity_steps=0)
    out = tmp_path / "out.safetensors"
    run(settings, out, Extras(max_steps=3))
    with pytest.raises(BadInputError, match=r"does not settle.*lower --style-weight"):
        run(settings, out, loss=tiny_loss(Moody(nan_on=range(1000))))
    assert read_checkpoint(out.with_suffix(".checkpoint"))["step"] == 3
    assert load_bundle(out).card.results["steps"] == 3


@pytest.mark.parametrize(
    ("largest", "advice"),
    [(3, "--batch 2 would fit"), (0, "not even one picture fits, give a smaller --crop-size")],
)
def test_out_of_memory_says_which_batch_would_fit(
    tmp_path: Path, largest: int, advice: str
) -> None:
    settings = tiny_settings(tmp_path, identity_steps=1, batch=8)
    out = tmp_path / "out.safetensors"
    run(settings, out, Extras(max_steps=1))
    with pytest.raises(BadInputError, match=f"out of memory at a batch of 8.*{advice}"):
        run(settings, out, loss=tiny_loss(Moody(largest_batch=largest)))
    assert read_checkpoint(out.with_suffix(".checkpoint"))["step"] == 1
