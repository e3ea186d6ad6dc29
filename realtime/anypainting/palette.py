"""Colour transfer as one affine map: matches mean and covariance.

Of all maps that turn one Gaussian into another, the one that moves colours least: the closed form
of optimal transport (Pitié and Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping
for example-based colour transfer").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from realtime.frame import Pixels

Matrix = npt.NDArray[np.float64]
LEAST_DEVIATION = 4.0
"""In levels, added to every covariance: a channel that hardly varies is not blown up to noise."""


@dataclass(frozen=True)
class Colours:
    """What is known of the colours of a picture."""

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
    """An affine step in RGB: `matrix @ colour + offset`, in levels. Hashable, plain numbers."""

    rows: tuple[tuple[float, float, float, float], ...] = (
        (1.0, 0.0, 0.0, 0.0),
        (0.0, 1.0, 0.0, 0.0),
        (0.0, 0.0, 1.0, 0.0),
    )
    """Three rows of matrix and offset."""

    @classmethod
    def between(cls, found: Colours, wanted: Colours) -> Palette:
        """Return the step that gives pictures of the found colours those that are wanted."""
        floor = np.eye(3) * LEAST_DEVIATION**2
        root = _root(found.covariance + floor)
        inverse = np.linalg.inv(root)
        matrix = inverse @ _root(root @ (wanted.covariance + floor) @ root) @ inverse
        offset = wanted.mean - matrix @ found.mean
        rows = np.hstack([matrix, offset[:, None]]).round(4)
        return cls(tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in rows))

    @property
    def gain(self) -> float:
        """By how much differences of colours grow, where they grow most."""
        return float(np.linalg.norm(np.asarray(self.rows)[:, :3], 2))

    def applied(self, pixels: Pixels) -> Pixels:
        """Give (H, W, 3) RGB uint8 these colours, clamped and rounded; the same shape."""
        return np.asarray(cv2.transform(pixels, np.asarray(self.rows)), np.uint8)


def _root(matrix: Matrix) -> Matrix:
    """Return the square root of a symmetric, positive semi-definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    root: Matrix = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def mixed(palettes: Sequence[Palette], shares: Sequence[float]) -> Palette:
    """Return a share of each palette's step; what is left of 1 leaves colours as they are."""
    rest = 1.0 - sum(shares)
    rows = rest * np.asarray(Palette().rows)
    for palette, share in zip(palettes, shares, strict=True):
        rows = rows + share * np.asarray(palette.rows)
    return Palette(tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in rows))
