"""The wind: bends the tree in slow gusts, makes leaves and blades tremble."""

from __future__ import annotations

import math

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.sources.landscape.foreground import TREE_FOOT, draw
from realtime.sources.landscape.scene import (
    Floats,
    Scene,
    fractal,
    grid,
    lay_over_wide,
    smoothstep,
    turn,
)

Swing = tuple[int, Floats, Floats]
"""Times per loop, and pixels to the side (H, W) with the sine and the cosine of the moment."""
GUSTS_PER_LOOP = 21
TREMBLES_PER_LOOP = 84


class Foreground:
    """The foreground, moving."""

    def __init__(self, scene: Scene) -> None:
        picture = draw(scene)
        ground = round(0.79 * scene.height)
        crown = round(min(0.37 * scene.unit + 0.115 * scene.width, scene.width))
        trunk = round(0.58 * scene.height), round(0.24 * scene.width)
        reeds = round(0.80 * scene.width), round(0.64 * scene.height)
        boxes = (
            (slice(0, trunk[0]), slice(0, crown)),
            (slice(trunk[0], ground), slice(0, trunk[1])),
            (slice(reeds[1], ground), slice(reeds[0], scene.width)),
            (slice(ground, scene.height), slice(0, scene.width)),
        )
        swings = _swings(scene)
        self._parts = [_Part(scene, picture, swings, box) for box in boxes]

    def paint(self, canvas: Pixels, seconds: float) -> None:
        """Lay the foreground over everything else."""
        for part in self._parts:
            part.paint(canvas, seconds)


class _Part:
    """A rectangle of the foreground: only those with something in them cost time."""

    def __init__(
        self, scene: Scene, picture: Pixels, swings: list[Swing], box: tuple[slice, slice]
    ) -> None:
        self._picture, self._box = picture, box
        rows, columns = grid(scene.height, scene.width)
        self._rows = np.repeat(rows - 0.5, scene.width, axis=1)[box].copy()
        self._columns = np.repeat(columns - 0.5, scene.height, axis=0)[box].copy()
        self._swings = [
            (times, sine[box].copy(), cosine[box].copy()) for times, sine, cosine in swings
        ]

    def paint(self, canvas: Pixels, seconds: float) -> None:
        """Bend it as the wind blows now, and lay it over the canvas."""
        columns = self._columns.copy()
        for times, sine, cosine in self._swings:
            angle = turn(seconds, times)
            cv2.scaleAdd(sine, math.cos(angle), columns, dst=columns)
            cv2.scaleAdd(cosine, -math.sin(angle), columns, dst=columns)
        # Beyond the edge of the picture the tree goes on, mirrored.
        bent = cv2.remap(
            self._picture, columns, self._rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        lay_over_wide(canvas[self._box], bent)


def _swings(scene: Scene) -> list[Swing]:
    """Two pictures per frequency, as in `water`: gusts roll across, leaves tremble in clumps."""
    rows, columns = grid(scene.height, scene.width)
    roll = (2.2 * columns + 1.1 * rows) / scene.unit
    place = 2.4 * fractal(scene.height, scene.width, cells=(9, 9), seed=61, octaves=3)
    gust, tremble = _reach(scene)
    return [
        (times, reach * np.sin(phase), reach * np.cos(phase))
        for times, reach, phase in (
            (GUSTS_PER_LOOP, gust, roll),
            (TREMBLES_PER_LOOP, tremble, place + 3 * roll),
        )
    ]


def _reach(scene: Scene) -> tuple[Floats, Floats]:
    """How far things swing in gusts, and tremble, in pixels, both (H, W)."""
    rows, columns = grid(scene.height, scene.width)
    height = np.clip(TREE_FOOT[1] - 0.06 - rows / scene.height, 0, 1)
    aside = np.abs(columns / scene.width - TREE_FOOT[0])
    blades = smoothstep(0.02, 0.08, aside) * smoothstep(0.45, 0.62, rows / scene.height)
    gust = 0.0055 * blades + 0.028 * height**1.5
    tremble = 0.0016 * blades + 0.0034 * smoothstep(0.05, 0.25, height)
    return (scene.unit * gust).astype(np.float32), (scene.unit * tremble).astype(np.float32)
