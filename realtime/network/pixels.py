"""Conversion between uint8 (H, W, 3) pixels and float (N, 3, H, W) tensors; only here.

Networks speak RGB in [0, 255] on both sides: their own scaling is part of their weights, so no
caller can get it wrong. Values that leave a network may lie outside the range; they are clamped
and rounded here, once.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime.frame import Pixels

MEAN_STEP = 8
"""`rough_mean` looks at every eighth row and column."""


def to_tensor(pixels: Pixels, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Move one picture (H, W, 3) uint8 to a (1, 3, H, W) float tensor in [0, 255].

    The copy to the device happens as bytes (a quarter of the traffic of fp32). The result is
    channels-last in memory, which is what the uint8 picture already is: no transpose is paid.
    """
    return from_bytes(torch.from_numpy(pixels).to(device), dtype)


def to_pixels(tensor: Tensor) -> Pixels:
    """Turn a (1, 3, H, W) tensor in about [0, 255] into (H, W, 3) uint8, rounded and clamped."""
    pixels: Pixels = to_bytes(tensor).cpu().numpy()
    return pixels


def from_bytes(picture: Tensor, dtype: torch.dtype) -> Tensor:
    """Turn (H, W, 3) uint8 into (1, 3, H, W) on the same device."""
    return picture.permute(2, 0, 1).unsqueeze(0).to(dtype, memory_format=torch.channels_last)


def to_bytes(tensor: Tensor) -> Tensor:
    """Turn (1, 3, H, W) into (H, W, 3) uint8 on the same device, rounded and clamped."""
    picture = tensor[0].permute(1, 2, 0).clamp(0.0, 255.0).round()
    return picture.to(torch.uint8).contiguous()


def rough_mean(frames: Tensor) -> Tensor:
    """Return the mean of every picture and channel, rounded: (N, 3, H, W) -> (N, 3, 1, 1).

    Taken over every eighth row and column, in fp32, so that a constant picture gives its constant
    exactly, in any precision.
    """
    some = frames[..., ::MEAN_STEP, ::MEAN_STEP]
    return some.mean((2, 3), keepdim=True, dtype=torch.float32).round().to(frames.dtype)


def pad_to_multiple(frames: Tensor, multiple: int) -> Tensor:
    """Reflect-pad (N, C, H, W) on the right and bottom so that H and W divide by `multiple`."""
    height, width = frames.shape[-2:]
    bottom, right = -height % multiple, -width % multiple
    if not bottom and not right:
        return frames
    return F.pad(frames, (0, right, 0, bottom), mode="reflect")
