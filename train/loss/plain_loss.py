"""Blotches where the photograph is plain: walls and skies may get brushwork, but no shapes.

Gram matrices are sums over the whole picture, so a network may lay the painting's shapes anywhere,
and a plain wall, where structure asks for nothing, is the cheapest place: rows of dots appear
there. Contrast of the painting at the scale of such blotches is compared with the photograph's at
the same place, and only where the photograph has next to none.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SCALES_PX = (4, 8)
"""Means over squares of this side are compared: brushwork finer than that costs nothing."""
REACH = 9
"""Side of the neighbourhood whose contrast counts, in such squares: 36 and 72 px."""
PLAIN_LEVELS = 4.0
"""Standard deviation in levels of 255 at which a place counts as half plain."""


def blotches(painted: Tensor, photographs: Tensor) -> Tensor:
    """Return the variance of blotches on plain ground over the painting's own variance, (N,).

    0: plain ground stays plain; 1: all of the picture is plain, and painted as if it were not.

    Args:
        painted: (N, 3, H, W) in about [0, 255].
        photographs: What was painted, alike.
    """
    spread = painted.detach().var((1, 2, 3), correction=0).clamp_min(1.0)
    found = torch.zeros_like(spread)
    for side in SCALES_PX:
        plain = 1 / (1 + _contrast(photographs, side) / PLAIN_LEVELS**2)
        found = found + (plain.square() * _contrast(painted, side)).mean((1, 2))
    return found / len(SCALES_PX) / spread


def _contrast(pictures: Tensor, side: int) -> Tensor:
    """Variance around each place, mean over the channels, in squared levels: (N, h, w)."""
    coarse = F.avg_pool2d(pictures, side)
    reach = min(REACH, *coarse.shape[2:])
    mean = F.avg_pool2d(coarse, reach, 1)
    variance = F.avg_pool2d(coarse.square(), reach, 1) - mean.square()
    return variance.clamp_min(0.0).mean(1)
