"""Thin VGG files with torchvision's key names and random weights."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from train.loss.loss_network import load_distilled, load_vgg

MEANS = (123.68, 116.779, 103.939)


def torchvision_state(blocks: tuple[int, ...], width: int = 4) -> dict[str, torch.Tensor]:
    """Return `features.N.weight` and `.bias`; He's initialisation, so that features keep size."""
    state, number, inputs = {}, 0, 3
    for count in blocks:
        for _ in range(count):
            deviation = (2 / (9 * inputs)) ** 0.5
            state[f"features.{number}.weight"] = torch.randn(width, inputs, 3, 3) * deviation
            state[f"features.{number}.bias"] = torch.randn(width) * 0.1
            number, inputs = number + 2, width
        number += 1
    return state


def assert_wants_pixels_minus_means(path: Path) -> None:
    """Compare the first layer of a VGG with the same computed by hand."""
    state = {name: value.float() for name, value in load_file(path).items()}
    picture = torch.rand(1, 3, 16, 16) * 255
    x = picture - torch.tensor(MEANS).view(3, 1, 1)
    expected = F.relu(F.conv2d(x, state["features.0.weight"], state["features.0.bias"], padding=1))
    found = load_vgg(path)(picture, ["relu1_1"])["relu1_1"]
    torch.testing.assert_close(found, expected, atol=1e-2, rtol=1e-4)


def assert_folds_its_colour_transform(path: Path) -> None:
    """Compare the first layer of a distilled encoder with the same computed by hand."""
    state = {name: value.float() for name, value in load_file(path).items()}
    picture = torch.rand(1, 3, 16, 16) * 255
    x = F.conv2d(picture / 255, state["conv0.weight"], state["conv0.bias"])
    x = F.pad(x, (1, 1, 1, 1), mode="reflect")
    expected = F.relu(F.conv2d(x, state["conv11.weight"], state["conv11.bias"]))
    found = load_distilled(path)(picture, ["relu1_1"])["relu1_1"]
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
