"""Training at the smallest scale: pictures of 64 px, a loss network of two layers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from realtime.network.bundle import load_bundle
from realtime.network.card import Card, StyleCredit
from train.add_styles import is_row
from train.loop import Extras, train
from train.loss.loss_network import LossNetwork
from train.loss.octave_loss import texture_error
from train.loss.perceptual_loss import Formula, LayerLoss, PerceptualLoss, gram_matrix
from train.settings import TrainSettings

NO_EXTRAS = Extras()
Weights = dict[str, torch.Tensor]


def relative_distance(features: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    energy = wanted.square().mean((1, 2, 3))
    return (features - wanted).square().mean((1, 2, 3)) / energy


RELATIVE = Formula(
    gram_matrix, lambda gram, target, _: texture_error(gram, target), relative_distance
)
"""Whatever the loss network: both terms begin near 1."""


def tiny_network() -> LossNetwork:
    torch.manual_seed(4)
    stages = {"relu1_1": nn.Conv2d(3, 8, 3), "relu2_1": nn.Conv2d(8, 8, 3)}
    return LossNetwork(stages, offset=(127.5,) * 3, factor=(1 / 128,) * 3, padding="reflect")


def tiny_loss(network: LossNetwork | None = None) -> LayerLoss:
    layers = ("relu1_1", "relu2_1")
    return LayerLoss(network or tiny_network(), layers, layers[-1], RELATIVE)


def write_photographs(folder: Path, count: int = 3) -> Path:
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for number in range(count):
        small = rng.integers(0, 256, (9, 12, 3), np.uint8)
        picture = cv2.resize(small, (120, 90), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    return folder


def write_painting(
    path: Path, colour: tuple[int, int, int], stripes: int = 4, side: int = 80
) -> Path:
    painting = np.full((side, side, 3), colour, np.uint8)
    painting[::stripes] = 250
    cv2.imwrite(str(path), painting)
    return path


def tiny_settings(folder: Path, **changes: object) -> TrainSettings:
    """Two styles, three photographs, twelve steps; writes the pictures into `folder`."""
    content = write_photographs(folder / "content")
    styles = (
        write_painting(folder / "style0.png", (20, 60, 220)),
        write_painting(folder / "style1.png", (200, 120, 10)),
    )
    values: dict[str, Any] = {
        "architecture": "fast", "styles": styles, "content": content, "steps": 12, "batch": 2,
        "crop_px": 64, "style_px": 64, "warmup_steps": 2, "identity_steps": 4,
        "style_weight": 7.5, "structure_goal": 0.0, "stability_weight": 1.0,
        "palette_weight": 0.0, "plain_weight": 0.0,
    }  # fmt: skip
    return TrainSettings(**(values | changes))


def run(
    settings: TrainSettings,
    out: Path,
    extras: Extras = NO_EXTRAS,
    *,
    start: Path | None = None,
    teacher: Path | None = None,
    loss: PerceptualLoss | None = None,
    names: Sequence[str] = ("one", "two"),
) -> Card:
    credits = tuple(StyleCredit(name=name) for name in names[: len(settings.styles)])
    loss = tiny_loss() if loss is None and settings.judged_every else loss
    return train(settings, loss, credits, out, start=start, teacher=teacher, extras=extras)


def weights(path: Path) -> Weights:
    return dict(load_bundle(path).network.state_dict())


def assert_rows_kept(before: Weights, after: Weights, rows: int) -> None:
    """Make sure that so many styles, and all that styles share, stay bit for bit."""
    for name, values in before.items():
        kept = slice(rows) if is_row(name) else slice(None)
        assert torch.equal(after[name][kept], values[kept]), name


def same_weights(first: Path, second: Path) -> bool:
    one, two = weights(first), weights(second)
    return all(torch.equal(one[name], two[name]) for name in one)


def log_lines(out: Path) -> list[dict[str, float]]:
    """Return the numbers of every step, without the first line's mark of who wrote it."""
    lines = map(json.loads, out.with_suffix(".jsonl").read_text().splitlines())
    return [{name: value for name, value in line.items() if name != "written_by"} for line in lines]
