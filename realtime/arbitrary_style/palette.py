"""Colour transfer from painting to picture: an affine map, then a curve along each axis.

The affine part carries mean and covariance over. Of all maps that turn one Gaussian into another it
is the one that moves colours least: the closed form of optimal transport (Pitié and Kokaram 2007,
"The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer").

Paintings are no Gaussians. A few red poppies in a grey meadow spread as much as a picture that is
half pink, half green; and an even sky, stretched to the spread of a painting, burns out. So along
the painting's principal axes a rising curve brings the distribution, too (`curves.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from realtime.arbitrary_style.curves import Curves, Rows, as_rows
from realtime.frame import Pixels

Matrix = npt.NDArray[np.float64]
LEAST_DEVIATION = 4.0
"""In levels, added to every covariance: a channel that hardly varies is not blown up to noise."""
UNCHANGED: Rows = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Colours:
    """Colour statistics of a picture: mean, covariance, quantiles."""

    mean: Matrix
    """(3,) RGB in [0, 255]."""
    covariance: Matrix
    """(3, 3) in squared levels."""

    @classmethod
    def of(cls, pixels: Pixels) -> Colours:
        """Measure (H, W, 3) RGB uint8."""
        colours = pixels.reshape(-1, 3).astype(np.float32)
        mean = colours.mean(0, dtype=np.float64)
        colours -= mean.astype(np.float32)
        return cls(mean, (colours.T @ colours).astype(np.float64) / len(colours))

    def distance(self, other: Colours) -> float:
        """Return how far apart two palettes are, in levels: the Fréchet distance of Gaussians."""
        root = _root(self.covariance)
        cross = _root(root @ other.covariance @ root)
        spread = np.trace(self.covariance + other.covariance - 2 * cross)
        return float(np.sqrt(np.sum((self.mean - other.mean) ** 2) + max(0.0, spread)))


@dataclass(frozen=True)
class Palette:
    """A step in RGB: `matrix @ colour + offset`, then curves. Hashable, plain numbers."""

    rows: Rows = UNCHANGED
    """Three rows of matrix and offset, in levels."""
    curves: Curves | None = None

    @classmethod
    def between(cls, found: Colours, wanted: Colours) -> Palette:
        """Return the affine step that gives pictures of the found colours those that are wanted."""
        floor = np.eye(3) * LEAST_DEVIATION**2
        root = _root(found.covariance + floor)
        inverse = np.linalg.inv(root)
        matrix = inverse @ _root(root @ (wanted.covariance + floor) @ root) @ inverse
        offset = wanted.mean - matrix @ found.mean
        return cls(as_rows(np.hstack([matrix, offset[:, None]])))

    @property
    def gain(self) -> float:
        """By how much differences of colours grow, where they grow most, before the curves."""
        return float(np.linalg.norm(np.asarray(self.rows)[:, :3], 2))

    def applied(self, pixels: Pixels) -> Pixels:
        """Give (H, W, 3) RGB uint8 these colours, clamped and rounded; the same shape."""
        rows = np.asarray(self.rows)
        if self.curves is None:
            return np.asarray(cv2.transform(pixels, rows), np.uint8)
        return self.curves.applied(pixels, behind=rows)


class PaletteFinder:
    """Finds the steps that give pictures the colours of one painting.

    Args:
        painting: (H, W, 3) RGB uint8.
    """

    def __init__(self, painting: Pixels) -> None:
        self.colours = Colours.of(painting)
        self._curves = Curves.straight(
            self.colours.mean, self.colours.covariance + np.eye(3) * LEAST_DEVIATION**2
        )
        self._wanted = self._curves.quantiles(painting)

    def find(self, painted: Pixels) -> Palette:
        """Return the step for pictures whose colours are distributed like those of `painted`."""
        affine = Palette.between(Colours.of(painted), self.colours)
        found = self._curves.quantiles(painted, behind=np.asarray(affine.rows))
        return Palette(affine.rows, self._curves.bent(found, self._wanted))


def mixed(pixels: Pixels, palettes: Sequence[Palette], shares: Sequence[float]) -> Pixels:
    """Blend (H, W, 3) RGB uint8 with its transfers to several palettes, by shares up to 1."""
    if 1.0 in shares:
        return palettes[list(shares).index(1.0)].applied(pixels)
    total = pixels.astype(np.float32) * (1.0 - sum(shares))
    for palette, share in zip(palettes, shares, strict=True):
        if share:
            total += np.float32(share) * palette.applied(pixels)
    return np.asarray(total.round(), np.uint8)


def _root(matrix: Matrix) -> Matrix:
    """Return the square root of a symmetric, positive semi-definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    root: Matrix = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root
