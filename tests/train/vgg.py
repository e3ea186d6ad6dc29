"""Thin VGG files with torchvision's key names and random weights."""

from __future__ import annotations

import torch


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
