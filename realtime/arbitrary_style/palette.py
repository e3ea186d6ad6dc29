"""Colour transfer from painting to picture: an affine map, then a curve along each axis.

The affine part carries mean and covariance over. Of all maps that turn one Gaussian into another it
is the one that moves colours least: the closed form of optimal transport (Pitié and Kokaram 2007,
"The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer").

Paintings are no Gaussians. A few red poppies in a grey meadow spread as much as a picture that is
half pink, half green; and an even sky, stretched to the spread of a painting, burns out. So along
the painting's principal axes a rising curve brings the distribution, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from realtime.frame import Pixels

Matrix = npt.NDArray[np.float64]
Row = tuple[float, float, float, float]
Rows = tuple[Row, Row, Row]
Knots = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]

REACH = 3.0
"""Range of an axis in standard deviations to each side of the mean; values beyond are clamped."""
KNOTS = 33
PLACES = np.linspace(0.0, 255.0, KNOTS)
SHARES = np.linspace(0.005, 0.995, 67)
"""Probabilities of the quantiles that are compared."""
LEAST_SLOPE, LARGEST_SLOPE = 0.4, 2.0
"""Steeper, strokes and skin turn into posters; flatter, they vanish."""
EVERY_PX = 3
"""Quantiles are those of every third row and column."""
LEAST_DEVIATION = 4.0
"""In levels, added to every covariance: a channel that hardly varies is not blown up to noise."""
UNCHANGED: Rows = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Curves:
    """A map of colours: along three axes, each by its own curve. Hashable, plain numbers."""

    axes: Rows
    """RGB in levels to places along the axes, in [0, 255]: three rows of matrix and offset."""
    knots: Knots
    """Values of the curve of each axis at the `PLACES`."""

    @classmethod
    def straight(cls, mean: Matrix, covariance: Matrix) -> Curves:
        """Return the identity, on the principal axes of the given colours.

        Args:
            mean: (3,), in the middle of all axes.
            covariance: (3, 3), positive definite.
        """
        values, vectors = np.linalg.eigh(covariance)
        matrix = (vectors * (127.5 / (REACH * np.sqrt(values)))).T
        offset = 127.5 - matrix @ mean
        line = tuple(PLACES.tolist())
        return cls(as_rows(np.hstack([matrix, offset[:, None]]), digits=7), (line, line, line))

    def quantiles(self, pixels: Pixels, behind: Matrix | None = None) -> Matrix:
        """Return the places of (H, W, 3) RGB uint8 below which the SHARES lie: (3, 67).

        Args:
            pixels: The picture.
            behind: An affine step, (3, 4), that is taken before.
        """
        rows = self._rows(behind)
        colours = pixels[::EVERY_PX, ::EVERY_PX].reshape(-1, 3)
        found: Matrix = np.quantile(colours @ rows[:, :3].T + rows[:, 3], SHARES, axis=0).T
        return found

    def bent(self, found: Matrix, wanted: Matrix) -> Curves:
        """Return the curves that map the found `quantiles` to the wanted ones."""
        knots = [_curve(*pair) for pair in zip(found, wanted, strict=True)]
        return replace(self, knots=(knots[0], knots[1], knots[2]))

    def applied(self, pixels: Pixels, behind: Matrix | None = None) -> Pixels:
        """Map (H, W, 3) RGB uint8, clamped and rounded; see `quantiles`."""
        axes = np.asarray(self.axes)
        back = np.linalg.inv(axes[:, :3])
        back = np.hstack([back, (-back @ axes[:, 3])[:, None]])
        places = cv2.LUT(cv2.transform(pixels, self._rows(behind)), _table(self.knots))
        return np.asarray(cv2.transform(places, back), np.uint8)

    def _rows(self, behind: Matrix | None) -> Matrix:
        """Return the axes, from colours before the step `behind`: (3, 4)."""
        axes: Matrix = np.asarray(self.axes)
        if behind is None:
            return axes
        offset = axes[:, :3] @ behind[:, 3:] + axes[:, 3:]
        return np.hstack([axes[:, :3] @ behind[:, :3], offset])


def as_rows(matrix: Matrix, digits: int = 4) -> Rows:
    """Return (3, 4) as plain, rounded numbers."""
    first, second, third = ((float(a), float(b), float(c), float(d)) for a, b, c, d in matrix)
    rounded = [tuple(round(value, digits) for value in row) for row in (first, second, third)]
    return rounded[0], rounded[1], rounded[2]  # type: ignore[return-value]


def _curve(found: Matrix, wanted: Matrix) -> tuple[float, ...]:
    """Return where the PLACES of an axis go, so that its quantiles (67,) become the wanted ones."""
    slopes = np.diff(np.interp(PLACES, found, wanted)) / np.diff(PLACES)
    outside = (PLACES[1:] <= found[0]) | (PLACES[:-1] >= found[-1])
    slopes = np.where(outside, 1.0, slopes).clip(LEAST_SLOPE, LARGEST_SLOPE)
    slopes = np.convolve(np.pad(slopes, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    curve = np.concatenate([[0.0], np.cumsum(slopes * np.diff(PLACES))])
    # Slopes leave the offset open: it is chosen so that the means agree.
    curve += np.mean(wanted - np.interp(found, PLACES, curve))
    return tuple(round(float(value), 3) for value in curve)


@cache
def _table(knots: Knots) -> npt.NDArray[np.uint8]:
    """Return the lookup table of the curves, (1, 256, 3).

    In bytes: a step of an axis is about a level, and with floats a frame of 640x480 took 6 ms.
    """
    columns = [np.interp(np.arange(256), PLACES, curve) for curve in knots]
    return np.stack(columns, -1)[None].round().clip(0, 255).astype(np.uint8)


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
