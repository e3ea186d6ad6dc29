"""Dead leaves: a synthetic picture with the statistics of photographs.

Discs of all sizes, each hiding those behind it, have the edges and the spectrum of photographs
(Lee, Mumford and Huang 2001, "Occlusion models for natural images"); a little shading within and
noise make them less flat than paper. The same picture on every machine.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from realtime.frame import Pixels

WIDTH, HEIGHT = 384, 288
SMALLEST_PX, LARGEST_PX = 4.0, 110.0
"""Radii; their density falls with the third power, so that no size is preferred."""
LEAVES = 1500


@cache
def dead_leaves() -> Pixels:
    """Draw it: (288, 384, 3) RGB uint8, read-only."""
    draw = np.random.Generator(np.random.PCG64(11))
    share = draw.random(LEAVES)
    # The inverse of the distribution whose density is radius ** -3.
    inverse_square = SMALLEST_PX**-2 + share * (LARGEST_PX**-2 - SMALLEST_PX**-2)
    radii = inverse_square**-0.5
    picture = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    # Photographs vary in light three times as much as in colour.
    light = draw.normal(115, 62, LEAVES)
    tint = draw.normal(0, 20, (LEAVES, 3))
    for radius, level, colour in zip(radii, light, tint, strict=True):
        x, y = draw.integers(0, WIDTH), draw.integers(0, HEIGHT)
        values = np.clip(level + colour, 0, 255).round()
        cv2.circle(picture, (int(x), int(y)), round(float(radius)), values.tolist(), -1)
    slope = np.linspace(-22, 22, HEIGHT)[:, None, None] + np.linspace(14, -14, WIDTH)[None, :, None]
    grain = draw.normal(0, 5, picture.shape)
    soft = cv2.GaussianBlur(picture, (0, 0), 0.7).astype(np.float64)
    drawn: Pixels = np.clip(soft + slope + grain, 0, 255).round().astype(np.uint8)
    drawn.flags.writeable = False
    return drawn
