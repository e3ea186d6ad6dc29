"""A small sailing boat that crosses the lake."""

from __future__ import annotations

import math

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.sources.landscape.scene import (
    LOOP_SECONDS,
    Colour,
    Scene,
    fractal,
    grid,
    lay_over_wide,
    turn,
)

SIDE = 512
"""The boat is drawn this large, once, and then made as small as it is needed."""
WATERLINE = 0.86
"""Where it floats, from the top of its picture."""
Points = tuple[tuple[float, float], ...]

PARTS: tuple[tuple[Colour, Points], ...] = (
    ((70, 46, 36), ((0.475, 0.04), (0.492, 0.04), (0.498, 0.80), (0.472, 0.80))),
    ((226, 206, 176), ((0.50, 0.06), (0.60, 0.28), (0.70, 0.50), (0.80, 0.71), (0.50, 0.74))),
    ((252, 240, 214), ((0.50, 0.06), (0.56, 0.28), (0.60, 0.50), (0.62, 0.73), (0.50, 0.74))),
    ((206, 74, 48), ((0.465, 0.10), (0.38, 0.36), (0.28, 0.56), (0.19, 0.71), (0.465, 0.74))),
    ((232, 116, 66), ((0.465, 0.10), (0.42, 0.40), (0.37, 0.58), (0.33, 0.72), (0.465, 0.74))),
    ((44, 52, 84), ((0.60, 0.71), (0.655, 0.705), (0.675, 0.80), (0.585, 0.80))),
    ((236, 196, 158), ((0.61, 0.66), (0.645, 0.66), (0.65, 0.70), (0.605, 0.70))),
    (
        (94, 52, 36),
        ((0.10, 0.77), (0.90, 0.785), (0.84, 0.88), (0.76, 0.91), (0.24, 0.91), (0.16, 0.86)),
    ),
    ((150, 86, 52), ((0.10, 0.77), (0.90, 0.785), (0.885, 0.81), (0.12, 0.80))),
    ((238, 220, 186), ((0.095, 0.762), (0.905, 0.778), (0.90, 0.79), (0.098, 0.775))),
)
"""Mast, sails, sailor and hull: colour and outline, from back to front."""


class Boat:
    """Sails from left to right, rolls and heaves, twice per loop."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._side = max(round(0.2 * scene.unit), 4)
        self._sprite = _draw(self._side)

    def paint_reflection(self, mirror: Pixels, seconds: float) -> None:
        """Paint it upside down into what the still water shows, rows counted from the horizon."""
        x, y, roll = self._place(seconds)
        self._paint(mirror, x, y - self._scene.horizon, roll, upside_down=True)

    def paint(self, canvas: Pixels, seconds: float) -> None:
        """Paint it onto the water."""
        self._paint(canvas, *self._place(seconds))

    def _place(self, seconds: float) -> tuple[float, float, float]:
        """Where it floats (x, y) in pixels, and its roll in radians."""
        scene = self._scene
        share = (2 * seconds / LOOP_SECONDS + 0.42) % 1.0
        x = share * (scene.width + 1.2 * self._side) - 0.6 * self._side
        heave = math.sin(turn(seconds, 34)) + 0.5 * math.sin(turn(seconds, 53, 1.0))
        y = scene.horizon + 0.105 * scene.height + 0.022 * self._side * heave
        return x, y, 0.035 + 0.04 * math.sin(turn(seconds, 29, 2.0)) + 0.015 * heave

    def _paint(
        self, canvas: Pixels, x: float, y: float, roll: float, *, upside_down: bool = False
    ) -> None:
        aside, mast, keel = int(0.6 * self._side), int(0.95 * self._side), int(0.25 * self._side)
        above, below = (keel, mast) if upside_down else (mast, keel)
        top, left = max(int(y) - above, 0), max(int(x) - aside, 0)
        part = canvas[top : max(int(y) + below, 0), left : max(int(x) + aside, 0)]
        if not part.size:
            return
        cos, sin = math.cos(roll), math.sin(roll)
        flip = -1.0 if upside_down else 1.0
        # Turn about the middle of the waterline, then put that point at (x, y).
        middle, line = 0.5 * self._side, WATERLINE * self._side
        matrix = np.array(
            (
                (cos, -sin, x - left - cos * middle + sin * line),
                (flip * sin, flip * cos, y - top - flip * (sin * middle + cos * line)),
            )
        )
        size = (part.shape[1], part.shape[0])
        moved = cv2.warpAffine(self._sprite, matrix, size, borderValue=(0, 0, 0, 255))
        lay_over_wide(part, moved)


def _draw(side: int) -> Pixels:
    """Draw the boat (side, side, 4): colour times opacity, and what shows through it."""
    picture = np.zeros((SIDE, SIDE, 4), np.uint8)
    picture[..., 3] = 255
    for colour, outline in PARTS:
        points = np.round(np.array(outline) * SIDE).astype(np.int32)
        cv2.fillPoly(picture, [points], (*colour, 0))
    picture = _shade(picture)
    if side <= SIDE:
        return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def _shade(picture: Pixels) -> Pixels:
    """Give sails and planks some folds and grain, opacity as it was."""
    folds = fractal(SIDE, SIDE, cells=(2, 9), seed=71, octaves=5)
    rows, columns = grid(SIDE, SIDE)
    light = 0.94 + 0.07 * folds + 0.16 * (columns - 0.5 * SIDE) / SIDE - 0.1 * (rows / SIDE) ** 3
    shaded = picture.copy()
    shaded[..., :3] = np.clip(picture[..., :3] * light[..., None], 0, 255).astype(np.uint8)
    return shaded
