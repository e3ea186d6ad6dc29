"""Noise, layers and polygons for the landscape. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from realtime.frame import Pixels

TILE_PX = 256
"""Side of the noise that ripples are made of; it repeats without a seam."""
Floats = npt.NDArray[np.floating[Any]]
Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]
Layer = tuple[Pixels, Pixels]
"""Colours times cover, and what is seen through it: both (H, W, 3), 255 is all."""


def noise(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> Floats:
    """Sum of five octaves of smooth noise, about 0 to 1, (H, W); `cells` across the longer side."""
    total, weight = np.zeros(shape, np.float32), 0.0
    for octave in range(5):
        side = cells << octave
        longer = max(shape)
        grid = max(2, side * shape[0] // longer), max(2, side * shape[1] // longer)
        # As many random numbers in every size: a landscape looks alike in all of them.
        dots = rng.random((cells << 4, cells << 4), np.float32)[: grid[0], : grid[1]]
        total += 0.55**octave * cv2.resize(dots, shape[::-1], interpolation=cv2.INTER_CUBIC)
        weight += 0.55**octave
    return np.asarray(total / weight, np.float32)


def tile(rng: np.random.Generator) -> Floats:
    """Noise of about -1 to 1 that repeats without a seam, (TILE_PX, TILE_PX)."""
    total = np.zeros((TILE_PX, TILE_PX), np.float32)
    for sigma, weight in ((9.0, 1.0), (4.0, 0.6), (1.8, 0.35)):
        wrapped = np.tile(rng.standard_normal((TILE_PX, TILE_PX)).astype(np.float32), (3, 3))
        soft = cv2.GaussianBlur(wrapped, (0, 0), sigma)[TILE_PX:-TILE_PX, TILE_PX:-TILE_PX]
        total += weight * soft / soft.std()
    return np.asarray(total / (2.5 * total.std()), np.float32)


def shifted(tile: Floats, across: float, down: float) -> Floats:
    """Move a tile on, with what leaves it coming back; two more rows and columns follow it."""
    whole = np.roll(tile, (-int(down) % TILE_PX, -int(across) % TILE_PX), (0, 1))
    larger = cv2.copyMakeBorder(whole, 0, 3, 0, 3, cv2.BORDER_WRAP)
    size, part = (TILE_PX + 2, TILE_PX + 2), (across - int(across), down - int(down))
    middle = (part[0] + (TILE_PX + 1) / 2, part[1] + (TILE_PX + 1) / 2)
    return cast(Floats, cv2.getRectSubPix(larger, size, middle))


def layer_of(colours: Floats, cover: Floats) -> Layer:
    """Make a layer of colours (H, W, 3) and cover (H, W), 0 to 1."""
    return to_bytes(colours * cover[..., None]), to_bytes(
        np.repeat(255 - 255 * cover[..., None], 3, 2)
    )


def over(canvas: Pixels, colours: npt.NDArray[Any], through: npt.NDArray[Any]) -> Pixels:
    """Lay a layer over a picture; see `Layer`."""
    return cast(Pixels, cv2.add(cv2.multiply(canvas, through, scale=1 / 255), colours))


def to_bytes(colours: Floats) -> Pixels:
    """Round and clamp to uint8."""
    return np.asarray(np.clip(colours + 0.5, 0, 255), np.uint8)


def blurred(values: Floats, sigma: float) -> Floats:
    """Blur by a standard deviation in pixels."""
    return cast(Floats, cv2.GaussianBlur(values, (0, 0), sigma))


def mixed(one: Floats | Colour, other: Floats | Colour, share: Floats) -> Floats:
    """Blend colours, (..., 3), by a share of the other, (..., 1)."""
    first, second = np.asarray(one, np.float32), np.asarray(other, np.float32)
    return cast(Floats, first + (second - first) * share)


def fill(canvas: Pixels | Floats, points: Points, colour: Colour) -> None:
    """Fill a polygon; points in pixels, to a sixteenth."""
    place = np.array([(round(16 * x), round(16 * y)) for x, y in points], np.int32)
    cv2.fillPoly(canvas, [place], colour, cv2.LINE_AA, 4)
