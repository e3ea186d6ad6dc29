"""The preview beside a bundle."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch

from realtime.network.registry import build_network, default_config
from realtime.network.unet import StyledUNet
from tests.train.tiny import write_painting
from train.data import read_rgb
from train.preview import Previews, draw_preview


def photographs(folder: Path) -> list[Path]:
    colours = ((200, 40, 40), (40, 200, 40))
    return [write_painting(folder / f"{i}.png", one, 3) for i, one in enumerate(colours)]


def test_only_what_is_learned_is_shown_below_the_photographs(tmp_path: Path) -> None:
    network = build_network(default_config("fast", 3))
    assert isinstance(network, StyledUNet)
    with torch.no_grad():
        network.end.weight.zero_()
        network.end.bias.fill_(1.0)  # paints white, whatever the style
    sheet = draw_preview(network, 3, photographs(tmp_path), learned=1)
    assert sheet is not None
    assert sheet.shape == (2 * 240, 2 * 240, 3)
    assert sheet[240:].min() == 255
    assert sheet[:240, :240].mean((0, 1)).argmax() == 2
    assert sheet[:240, 240:].mean((0, 1)).argmax() == 1


def test_it_is_drawn_at_once_and_again_only_when_its_time_has_come(tmp_path: Path) -> None:
    path, network = tmp_path / "p.png", build_network(default_config("fast", 1))
    previews = Previews(path, photographs(tmp_path), 1, 1, every_seconds=3600.0)
    assert previews.is_due()
    sheet = previews.draw(network)
    assert sheet is not None
    assert np.array_equal(read_rgb(path), sheet)
    assert not previews.is_due()
    previews.due_at = time.monotonic()
    assert previews.is_due()


def test_without_photographs_there_is_none(tmp_path: Path) -> None:
    previews = Previews(tmp_path / "p.png", [], 1, 1, every_seconds=0.0)
    assert not previews.is_due()
    assert previews.draw(build_network(default_config("fast", 1))) is None
    assert not (tmp_path / "p.png").exists()
