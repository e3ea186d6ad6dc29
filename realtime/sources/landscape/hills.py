"""The land beyond the water: ridges that fade into the haze, woods along the far shore."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.sources.landscape.scene import (
    Colour,
    Floats,
    Scene,
    fractal,
    grid,
    lay_over,
    mix,
    ramp,
    smoothstep,
    to_pixels,
)

HAZE: Colour = (250, 208, 164)


@dataclass(frozen=True)
class Ridge:
    """One chain of hills; heights as a share of the sky, colours of its shaded and lit slopes."""

    height: float
    rough: float
    cells: int
    grain: tuple[int, int]
    folds: float
    shade: Colour
    light: Colour
    haze: float
    seed: int


RIDGES = (
    Ridge(0.26, 0.085, 3, (3, 6), 1.0, (104, 122, 172), (226, 194, 190), 0.36, 31),
    Ridge(0.17, 0.045, 3, (4, 8), 0.8, (76, 106, 134), (196, 178, 142), 0.32, 33),
    Ridge(0.11, 0.032, 2, (6, 12), 0.5, (48, 88, 78), (196, 184, 92), 0.22, 38),
    Ridge(0.05, 0.014, 6, (12, 60), 0.0, (22, 50, 44), (124, 132, 54), 0.06, 35),
)


VILLAGE_AT = 0.79
"""Where the village is, as a share of the width."""
VILLAGE: tuple[tuple[float, float, Colour, Colour], ...] = (
    (-0.082, 0.011, (236, 214, 186), (162, 80, 62)),
    (-0.040, 0.013, (250, 232, 206), (150, 72, 58)),
    (-0.061, 0.016, (224, 190, 156), (186, 92, 64)),
    (-0.014, 0.015, (246, 228, 200), (178, 84, 58)),
    (0.034, 0.013, (228, 204, 174), (156, 76, 60)),
    (0.055, 0.017, (248, 234, 212), (184, 98, 70)),
    (0.092, 0.011, (240, 220, 192), (160, 76, 60)),
)
"""Houses from back to front: place beside the church and size in scene units, wall, roof."""
GABLE = (
    ((-0.6, 0.0), (0.6, 0.0), (0.6, -0.62), (-0.6, -0.62)),
    ((-0.72, -0.58), (0.72, -0.58), (0.5, -1.12), (-0.5, -1.12)),
)
CHURCH = (
    ((-0.3, 0.0), (0.3, 0.0), (0.3, -1.7), (-0.3, -1.7)),
    ((-0.38, -1.66), (0.38, -1.66), (0.0, -2.9), (0.0, -2.9)),
)
"""Walls and roof, right and down from the middle of the foot, in sizes of the house."""


class Hills:
    """The ridges, painted once, laid over each sky."""

    def __init__(self, scene: Scene) -> None:
        rows = max(int(0.5 * scene.horizon), 1)
        self._rows = slice(scene.horizon - rows, scene.horizon)
        colour = np.zeros((rows, scene.width, 3), np.float32)
        cover = np.zeros((rows, scene.width), np.float32)
        for ridge in RIDGES:
            slope, inside = _ridge(scene, rows, ridge)
            colour = mix(colour, slope, inside)
            cover = cover + (1 - cover) * inside
        self._colour = to_pixels(colour)
        self._keep = np.repeat(to_pixels(255 - 255 * cover)[..., None], 3, axis=2)
        _build_village(self._colour, scene)

    def paint(self, canvas: Pixels) -> None:
        """Lay the land over the sky."""
        lay_over(canvas[self._rows], self._colour, self._keep)


def _ridge(scene: Scene, height: int, ridge: Ridge) -> tuple[Floats, Floats]:
    """Colour (H, W, 3) and cover (H, W) of one ridge in the rows above the water."""
    rows, columns = grid(height, scene.width)
    outline = fractal(1, scene.width, cells=(1, ridge.cells), seed=ridge.seed, octaves=8, gain=0.45)
    top = height - scene.horizon * (ridge.height + ridge.rough * outline)
    texture = fractal(height, scene.width, cells=ridge.grain, seed=ridge.seed + 100, gain=0.62)
    # Folded noise has sharp crests where it was zero, as mountains have.
    texture = (1 - 2 * np.abs(texture)) * ridge.folds + texture * (1 - ridge.folds)
    step = max(scene.width // (14 * ridge.grain[1]), 1)
    sunward = np.pad(texture, ((step, 0), (0, step)), mode="symmetric")[:-step, step:]
    lean = np.asarray(cv2.GaussianBlur(texture - sunward, (0, 0), 0.6), np.float32)
    lit = smoothstep(-2.2, 2.2, lean / max(float(lean.std()), 1e-6) + 0.5 * texture)
    slope = ramp(lit, (0.0, ridge.shade), (1.0, ridge.light))
    depth = (rows - top) / np.maximum(height - top, 1)
    mist = ridge.haze * (0.35 + 0.65 * smoothstep(0.1, 1.0, depth))
    near_sun = np.exp(-(((columns - scene.sun[0]) / (0.3 * scene.width)) ** 2))
    slope = mix(slope, HAZE, mist * (0.7 + 0.5 * near_sun))
    return slope, np.clip(rows - top + 0.5, 0, 1)


def _build_village(land: Pixels, scene: Scene) -> None:
    """Draw the houses on the shore, where the land covers everything."""
    _build(land, scene, CHURCH, 0.012, 0.017, ((244, 228, 204), (84, 88, 116)))
    for aside, size, wall, roof in VILLAGE:
        _build(land, scene, GABLE, aside, size, (wall, roof))


def _build(
    land: Pixels,
    scene: Scene,
    shape: tuple[tuple[tuple[float, float], ...], ...],
    aside: float,
    size: float,
    colours: tuple[Colour, Colour],
) -> None:
    x = VILLAGE_AT * scene.width + aside * scene.unit
    foot = np.array((x, len(land) - 0.005 * scene.unit))
    for outline, colour in zip(shape, colours, strict=True):
        points = np.round(16 * (foot + size * scene.unit * np.array(outline))).astype(np.int32)
        cv2.fillPoly(land, [points], colour, cv2.LINE_AA, shift=4)
        # The sun is to the left of the village: the right half of everything is in shade.
        points[:, 0] = np.maximum(points[:, 0], round(16 * (x + 0.1 * size * scene.unit)))
        shade = (0.82 * colour[0], 0.8 * colour[1], 0.88 * colour[2])
        cv2.fillPoly(land, [points], shade, cv2.LINE_AA, shift=4)
