"""What grows in front of the landscape: meadow, reeds and a tree, of lines and ellipses."""

from __future__ import annotations

import math

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.sources.landscape.brushes import Colour, Points

SUPERSAMPLING = 2
"""Supersampling factor of the plants: smooth edges."""
BOUGHS = (
    (-0.24, 0.05, 0.17), (0.02, 0.0, 0.18), (0.25, 0.12, 0.13), (-0.24, 0.25, 0.15),
    (0.3, 0.28, 0.1), (0.05, 0.2, 0.16), (-0.1, 0.42, 0.13), (0.15, 0.42, 0.11),
    (-0.02, 0.31, 0.12),
)  # fmt: skip
"""The crown of the tree: places from its foot and from the top, and radii, in heights."""


def draw_foreground(width: int, height: int, rng: np.random.Generator) -> Pixels:
    """Meadow, reeds and tree, (H, W, 4): colours times cover, and cover."""
    layer = np.zeros((SUPERSAMPLING * height, SUPERSAMPLING * width, 4), np.uint8)
    _draw_meadow(layer, rng)
    _draw_reeds(layer, rng)
    _draw_tree(layer, rng)
    return np.asarray(cv2.resize(layer, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _draw_meadow(layer: Pixels, rng: np.random.Generator) -> None:
    h = layer.shape[0]
    for row in np.linspace(0, 1, 34):
        for x in rng.uniform(-0.02, 1.02, 150):
            bank = 0.93 - 0.085 * abs(x - 0.55) ** 0.9 - 0.03 * (x < 0.2)
            root = bank + row * (1.03 - bank)
            tall = rng.uniform(0.018, 0.042) * (0.55 + 0.6 * row)
            lean = rng.normal(0, 0.012)
            light = rng.uniform(0, 1) * (0.6 + 0.4 * (1 - row))
            colour = _mix((24, 74, 26), (132, 168, 48), light)
            _stroke(
                layer,
                [(x, root + 0.012), (x + lean / 2, root - 0.6 * tall), (x + lean, root - tall)],
                colour,
                0.0026,
            )
    petals = ((214, 42, 38), (214, 42, 38), (246, 238, 230), (250, 204, 62), (128, 78, 178))
    for _ in range(230):
        x, depth = rng.uniform(0, 1), rng.uniform(0.15, 0.9)
        bank = 0.93 - 0.085 * abs(x - 0.55) ** 0.9
        y, size = bank + depth * (1 - bank) - 0.012, 0.0035 + 0.0045 * depth
        colour = petals[int(x * 9 + rng.uniform(0, 2)) % len(petals)]
        _dot(layer, (x, y), (size * h, 0.8 * size * h), 0.0, colour)


def _draw_reeds(layer: Pixels, rng: np.random.Generator) -> None:
    h = layer.shape[0]
    for x in np.sort(rng.normal(0.93, 0.045, 46)):
        tall, lean = rng.uniform(0.12, 0.27), rng.normal(0, 0.012)
        colour = _mix((52, 92, 32), (158, 172, 68), rng.uniform(0, 1))
        root, top = (x, 0.965), (x + lean, 0.965 - tall)
        _stroke(layer, [root, (x + 0.2 * lean, 0.965 - tall / 2), top], colour, 0.0055)
        if rng.uniform() < 0.4:
            _dot(layer, top, (0.0065 * h, 0.024 * h), 0.0, (112, 62, 34))


def _draw_tree(layer: Pixels, rng: np.random.Generator) -> None:
    h, w = layer.shape[:2]
    scale = min(1.0, w / h)  # a crown is round in upright pictures too
    aspect = h / w * scale
    foot = 0.115
    for number in range(9):
        side = (number - 4) / 4
        bark = _mix((58, 36, 26), (134, 88, 58), 0.5 + 0.5 * side)
        line = [
            (foot + 0.034 * side * aspect, 0.895),
            (foot + 0.018 * side * aspect, 0.68),
            (foot + 0.016 * side * aspect, 0.3),
        ]
        _stroke(layer, line, bark, 0.011)
    for tip, start in (((-0.16, 0.42), 0.62), ((0.2, 0.36), 0.64), ((0.1, 0.28), 0.52)):
        _stroke(
            layer,
            [
                (foot, start),
                (foot + tip[0] * 0.45 * aspect, (start + tip[1]) / 2 + 0.02),
                (foot + tip[0] * aspect, tip[1]),
            ],
            (84, 54, 36),
            0.013,
        )
    for bx, by, radius in BOUGHS:
        _dot(
            layer,
            (foot + aspect * bx, by),
            (0.8 * radius * h, 0.66 * radius * h),
            0.0,
            (22, 64, 30),
        )
        leaves = []
        for _ in range(220):
            angle, far = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(0, 1))
            px, py = far * math.cos(angle), far * math.sin(angle)
            lit = 0.5 + 0.32 * px - 0.42 * py + rng.normal(0, 0.13)
            leaves.append((lit, px, py, rng.uniform(0, 180)))
        for lit, px, py, turned in sorted(leaves):
            place = foot + aspect * (bx + radius * px), by + 0.82 * radius * py
            colour = _mix((14, 52, 26), (198, 200, 66), float(np.clip(lit, 0, 1)) ** 1.5)
            _dot(layer, place, (0.0115 * h, 0.0066 * h), turned, colour)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _stroke(layer: Pixels, points: Points, colour: Colour, thick: float) -> None:
    """Draw a line through points in widths and heights; `thick` in heights."""
    h, w = layer.shape[:2]
    place = np.array([(round(x * w), round(y * h)) for x, y in points], np.int32)
    cv2.polylines(layer, [place], False, (*colour, 255), max(1, round(thick * h)))


def _dot(
    layer: Pixels, at: tuple[float, float], radii: tuple[float, float], angle: float, colour: Colour
) -> None:
    """Draw an ellipse; its centre in widths and heights, its radii in pixels."""
    h, w = layer.shape[:2]
    centre, axes = (
        (round(at[0] * w), round(at[1] * h)),
        (max(1, round(radii[0])), max(1, round(radii[1]))),
    )
    cv2.ellipse(layer, centre, axes, angle, 0, 360, (*colour, 255), -1)
