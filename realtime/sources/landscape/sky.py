"""The sky: a gradient, a sun that breathes, clouds that drift, birds that cross."""

from __future__ import annotations

import math

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.sources.landscape.clouds import Clouds
from realtime.sources.landscape.scene import (
    LOOP_SECONDS,
    Floats,
    Scene,
    fractal,
    grid,
    mix,
    ramp,
    smoothstep,
    to_pixels,
    turn,
)

BIRDS = (
    (0.0, 0.0, 1.0),
    (0.035, 0.022, 0.8),
    (-0.03, 0.03, 0.85),
    (0.075, 0.05, 0.7),
    (-0.07, 0.052, 0.75),
)
"""The flock: offset from its leader to the right and down, and size."""


class Sky:
    """Everything above the horizon that is not land."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._still = _gradient(scene)
        self._glow, self._glow_at = _glow(scene)
        rows = scene.horizon
        self._clouds = (
            Clouds(scene, (int(0.46 * rows), int(0.9 * rows)), heaps=9, size=0.085, seed=21),
            Clouds(scene, (0, int(0.62 * rows)), heaps=6, size=0.19, seed=5),
        )

    def paint(self, canvas: Pixels, seconds: float) -> None:
        """Paint the rows above the horizon."""
        canvas[: self._scene.horizon] = self._still
        sun = canvas[self._glow_at]
        cv2.addWeighted(sun, 1, self._glow, 0.75 + 0.25 * math.sin(turn(seconds, 15)), 0, dst=sun)
        for clouds in self._clouds:
            clouds.paint(canvas, seconds)


def _gradient(scene: Scene) -> Pixels:
    rows, columns = grid(scene.horizon, scene.width)
    x, y = scene.sun
    far = np.hypot((columns - x) * 0.8, rows - y) / scene.unit
    # Brush marks: the colour of a place is looked up a little above or below it.
    strokes = fractal(scene.horizon, scene.width, cells=(12, 4), seed=11)
    height = rows / scene.horizon + 0.018 * strokes
    sky = ramp(
        height,
        (0.0, (46, 96, 170)),
        (0.35, (92, 146, 204)),
        (0.62, (168, 192, 212)),
        (0.82, (240, 210, 172)),
        (1.0, (252, 190, 128)),
    )
    cirrus = smoothstep(0.3, 2.6, fractal(scene.horizon, scene.width, cells=(9, 2), seed=12))
    sky = mix(sky, (255, 240, 224), 0.5 * cirrus * smoothstep(0.75, 0.2, rows / scene.horizon))
    sky = mix(sky, (255, 214, 140), 0.75 * np.exp(-((far / 0.22) ** 2)))
    return to_pixels(mix(sky, (255, 246, 214), np.exp(-((far / 0.075) ** 2))))


def _glow(scene: Scene) -> tuple[Pixels, tuple[slice, slice]]:
    """The sun's disc and halo (H, W, 3) to add, and where."""
    x, y = scene.sun
    reach = 0.16 * scene.unit
    top, left = max(int(y - reach), 0), max(int(x - reach), 0)
    at = (
        slice(top, min(int(y + reach), scene.horizon)),
        slice(left, min(int(x + reach), scene.width)),
    )
    rows, columns = grid(at[0].stop - top, at[1].stop - left)
    far = np.hypot(columns + left - x, rows + top - y) / reach
    light: Floats = 0.9 * smoothstep(0.25, 0.2, far) + 0.3 * smoothstep(1.0, 0.0, far) ** 2
    return to_pixels(light[..., None] * np.array((255, 225, 150), np.float32)), at


def paint_birds(canvas: Pixels, scene: Scene, seconds: float) -> None:
    """Paint the flock that crosses from right to left, twice per loop."""
    share = (2 * seconds / LOOP_SECONDS + 0.62) % 1.0
    leader_x = (1.2 - 1.4 * share) * scene.width
    leader_y = (0.2 + 0.03 * math.sin(turn(seconds, 6))) * scene.height
    for number, (right, down, size) in enumerate(BIRDS):
        flap = math.sin(turn(seconds, 150 + 11 * number, number))
        span = 0.016 * size * scene.unit
        x, y = leader_x + right * scene.unit, leader_y + down * scene.unit - 0.1 * span * flap
        wing = [(-1.0, -0.45 * flap), (-0.45, -0.35 - 0.25 * flap), (0.0, 0.0)]
        both = wing + [(-u, v) for u, v in reversed(wing[:-1])]
        points = np.array([(x + span * u, y + span * v) for u, v in both])
        stroke = np.round(16 * points).astype(np.int32)
        thick = max(1, round(0.0022 * scene.unit))
        cv2.polylines(canvas, [stroke], False, (52, 54, 76), thick, cv2.LINE_AA, shift=4)
