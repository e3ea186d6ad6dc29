"""The palette of a painting: how its colours are distributed, without regard to where they are.

Gram matrices of VGG features hardly see it: their channels answer to edges, and a picture of the
right texture may be pale. So the distributions of colours are compared as such, by their sliced
Wasserstein distance (Rabin et al. 2011): along some directions through the cube of colours, sorted
values are compared. Unlike mean and covariance this knows a few red poppies in a grey meadow.
"""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor

COARSE_PX = 4
"""Colours are means over squares of this side: brushwork is for the texture term."""
QUANTILES = 64
BORDER = 1 / 8
"""Share of each side that is left out at both ends: else a network hangs a rare colour as a stripe
along the border, whatever is there."""
DIRECTIONS = torch.tensor(
    [
        direction
        for direction in itertools.product((-1.0, 0.0, 1.0), repeat=3)
        if direction > (0.0, 0.0, 0.0)
    ]
)
"""(13, 3): edges, diagonals of faces and of the cube, each one way only; of any length."""


def inner(pictures: Tensor) -> Tensor:
    """Cut the border off (N, 3, H, W): what a network's palette is judged by, see `BORDER`."""
    height, width = pictures.shape[2:]
    down, right = int(height * BORDER), int(width * BORDER)
    return pictures[..., down : height - down, right : width - right]


def palette(pictures: Tensor) -> Tensor:
    """Describe the colours of (N, 3, H, W) in about [0, 255] by sorted values: (N, 13, Q)."""
    directions = F.normalize(DIRECTIONS.to(pictures), dim=1)
    colours = F.avg_pool2d(pictures, COARSE_PX).flatten(2)  # (N, 3, P)
    values = (directions @ colours).sort(-1).values  # (N, 13, P)
    return F.adaptive_avg_pool1d(values, QUANTILES)


def palette_error(found: Tensor, wanted: Tensor) -> Tensor:
    """Compare two palettes, relative to how far the wanted colours spread: (N, 13, Q) x 2 -> (N,).

    0 is the same; 1 is about what one flat colour, the painting's mean, would get.
    """
    spread = wanted.var(-1, correction=0).mean(1).clamp_min(1.0)
    return (found - wanted).square().mean((1, 2)) / spread
