"""What every part of the landscape shares: where things stand, noise, colours, layers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from cv2.typing import MatLike

from realtime.frame import Pixels

Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.floating]
Colour = tuple[float, float, float]
"""Red, green and blue in [0, 255]."""

LOOP_SECONDS = 120.0
"""After this time the picture repeats; every movement makes whole turns in it."""


@dataclass(frozen=True)
class Scene:
    """The composition, in pixels: everything is placed relative to the size of the picture."""

    width: int
    height: int

    @property
    def horizon(self) -> int:
        """First row of the water."""
        return round(0.55 * self.height)

    @property
    def unit(self) -> float:
        """Side of the square with the picture's area: what sizes of things are given in."""
        return math.sqrt(self.width * self.height)

    @property
    def sun(self) -> tuple[float, float]:
        """Centre of the sun (x, y)."""
        return 0.63 * self.width, 0.315 * self.height


def turn(seconds: float, times: int, phase: float = 0.0) -> float:
    """Angle in radians of something that goes round `times` per loop, plus a phase."""
    return math.tau * (times * (seconds % LOOP_SECONDS) / LOOP_SECONDS) + phase


def grid(height: int, width: int) -> tuple[Floats, Floats]:
    """Rows (H, 1) and columns (1, W) of the pixel centres, in pixels."""
    rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
    return rows[:, None].astype(np.float32), columns[None, :].astype(np.float32)


def fractal(
    height: int,
    width: int,
    *,
    cells: tuple[int, int],
    seed: int,
    octaves: int = 6,
    gain: float = 0.55,
) -> Floats:
    """Smooth random texture (H, W), mean 0 and deviation 1, much the same at every size.

    Args:
        height: Rows.
        width: Columns. The texture repeats after them where it is a multiple of the cells.
        cells: How many bumps of the coarsest octave go into the height and into the width.
        seed: Which texture.
        octaves: How often the bumps are halved and added, down to single pixels.
        gain: Strength of each octave relative to the one before.
    """
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        ny, nx = min(cells[0] << octave, height), min(cells[1] << octave, width)
        bumps = np.random.default_rng((seed, octave)).random((ny + 2, nx), dtype=np.float32) - 0.5
        total += gain**octave * _enlarge(bumps, height, width)
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-6), np.float32)


def _enlarge(bumps: Floats, height: int, width: int) -> Floats:
    # One more cell on each side, left and right taken from the other end, hides the borders.
    padded = np.pad(bumps, ((0, 0), (1, 1)), mode="wrap")
    cell_y, cell_x = -(-height // (bumps.shape[0] - 2)), -(-width // bumps.shape[1])
    size = (cell_x * padded.shape[1], cell_y * padded.shape[0])
    big = np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_CUBIC), np.float32)
    return big[cell_y : cell_y + height, cell_x : cell_x + width]


def smoothstep(low: float, high: float, values: Reals) -> Floats:
    """Rise softly from 0 at `low` to 1 at `high`."""
    t = np.clip((np.asarray(values, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def ramp(values: Reals, *stops: tuple[float, Colour]) -> Floats:
    """Colours (..., 3) of values (...) on a scale of colours with rising stops."""
    at = [position for position, _ in stops]
    channels = [np.interp(values, at, [colour[c] for _, colour in stops]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def mix(below: Floats, above: Floats | Colour, share: Reals) -> Floats:
    """Lay colours over colours (H, W, 3), share (H, W) in [0, 1]."""
    over = np.asarray(above, np.float32)
    return below + (over - below) * share.astype(np.float32)[..., None]


def to_pixels(values: Floats, seed: int = 0) -> Pixels:
    """Round floats in [0, 255] to bytes, with a little noise so that no bands show."""
    noise = np.random.default_rng(seed).random(values.shape, dtype=np.float32)
    return np.asarray(np.clip(values + noise, 0, 255), np.uint8)


def lay_over(canvas: Pixels, colour: MatLike, keep: MatLike) -> None:
    """Paint a layer onto the canvas: colour times opacity, and how much of the canvas stays.

    All are (H, W, 3); with `keep` 255 the canvas shows through, with 0 the layer covers it.
    """
    cv2.multiply(canvas, keep, dst=canvas, scale=1 / 255)
    cv2.add(canvas, colour, dst=canvas)


def lay_over_wide(canvas: Pixels, layer: MatLike) -> None:
    """Paint a layer (H, W, 4), colour times opacity and what is kept, onto the canvas.

    Layers that are warped have four channels: OpenCV warps them twice as fast as three.
    """
    keep = cv2.cvtColor(cv2.extractChannel(layer, 3), cv2.COLOR_GRAY2RGB)
    lay_over(canvas, cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB), keep)
