"""Clouds: heaps of round puffs with flat feet, on an endless strip that is pulled past."""

from __future__ import annotations

import math

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.sources.landscape.scene import (
    LOOP_SECONDS,
    Floats,
    Scene,
    fractal,
    lay_over,
    ramp,
    smoothstep,
    to_pixels,
)

PUFFS = 60
"""Puffs per heap."""


class Clouds:
    """A band of drifting clouds.

    Args:
        scene: The composition.
        band: First row, and the row after the last.
        heaps: How many on the strip, which is longer than the picture is wide.
        size: Height of a large heap in scene units.
        seed: Which clouds.
    """

    def __init__(
        self, scene: Scene, band: tuple[int, int], *, heaps: int, size: float, seed: int
    ) -> None:
        self._rows = slice(*band)
        self._width = scene.width
        height = max(band[1] - band[0], 1)
        # Noise repeats without a seam only in a width that all its octaves divide.
        self._period = -(-int(1.4 * scene.width) // 256) * 256
        heights = _heap_up(height, self._period, heaps, size * scene.unit, seed)
        colour, cover = _light(heights, size * scene.unit, seed)
        reach = np.arange(self._period + scene.width + 1) % self._period
        self._colour = to_pixels(colour * cover[..., None]).take(reach, axis=1)
        self._keep = to_pixels(255 - 255 * cover).take(reach, axis=1)
        self._moved = np.empty((height, scene.width, 3), np.uint8)

    def paint(self, canvas: Pixels, seconds: float) -> None:
        """Lay the part of the strip that is in the picture now over the sky."""
        share = (seconds % LOOP_SECONDS) / LOOP_SECONDS
        start, part = divmod((1 - share) * self._period, 1)
        here = slice(int(start), int(start) + self._width)
        beside = slice(here.start + 1, here.stop + 1)
        keep = cv2.addWeighted(self._keep[:, here], 1 - part, self._keep[:, beside], part, 0)
        cv2.addWeighted(
            self._colour[:, here], 1 - part, self._colour[:, beside], part, 0, dst=self._moved
        )
        lay_over(canvas[self._rows], self._moved, cv2.cvtColor(keep, cv2.COLOR_GRAY2RGB))


def _heap_up(height: int, period: int, heaps: int, size: float, seed: int) -> Floats:
    """How thick the clouds are, (H, P), in cloud sizes."""
    rng = np.random.default_rng(seed)
    thick = np.zeros((height, period), np.float32)
    for heap in range(heaps):
        middle = (heap + rng.uniform(0.1, 0.9)) / heaps * period
        tall = size * rng.uniform(0.35, 1.0)
        foot = rng.uniform(min(tall / height, 0.8), 0.88) * height
        wide = tall * rng.uniform(0.9, 1.7)
        for aside in rng.normal(0, 0.42, PUFFS).clip(-1, 1):
            radius = tall * rng.uniform(0.14, 0.32) * (1 - 0.55 * abs(aside))
            up = tall * rng.random() * (1 - aside**2) * rng.uniform(0.4, 0.75)
            _add_puff(thick, middle + aside * wide, foot - up, radius)
    return thick / size


def _add_puff(thick: Floats, x: float, y: float, radius: float) -> None:
    columns = np.arange(math.floor(x - radius), math.ceil(x + radius) + 1)
    rows = np.arange(max(math.floor(y - radius), 0), min(math.ceil(y + radius) + 1, len(thick)))
    # Downwards the distance counts double: that gives the flat foot.
    down = (rows - y) * np.where(rows > y, 2.0, 1.0)
    far = ((columns - x)[None, :] ** 2 + down[:, None] ** 2) / radius**2
    at = np.ix_(rows, columns % thick.shape[1])
    dome = radius * np.sqrt(np.maximum(1 - far, 0))
    thick[at] = np.maximum(thick[at], dome)


def _light(thick: Floats, size: float, seed: int) -> tuple[Floats, Floats]:
    """Colour (H, P, 3) and cover (H, P) in [0, 1], lit from the upper right."""
    height, period = thick.shape
    wisps = fractal(height, period, cells=(8, 32), seed=seed + 1, octaves=4, gain=0.6)
    soft = cv2.GaussianBlur(thick, (0, 0), max(0.018 * size, 0.3))
    body = np.asarray(soft, np.float32) + 0.014 * wisps
    cover = smoothstep(0.032, 0.172, body)
    light = 0.5 * np.ones_like(thick)
    for reach, strength in ((0.035, 2.4), (0.12, 1.5), (0.3, 1.0)):
        step = max(round(reach * size), 1)
        # Boxes, because Gaussians this wide take seconds in large pictures.
        smooth = cv2.blur(cv2.blur(body, (step, step)), (step, step))
        light += strength * (smooth - np.roll(smooth, (step, -step), axis=(0, 1)))
    colour = ramp(
        light,
        (0.0, (126, 128, 170)),
        (0.3, (176, 166, 190)),
        (0.5, (226, 202, 196)),
        (0.68, (252, 232, 206)),
        (0.9, (255, 250, 238)),
    )
    return colour, 0.97 * cover
