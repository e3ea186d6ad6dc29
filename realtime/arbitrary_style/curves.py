"""Monotone tone curves along the principal axes of a painting's colours."""

from __future__ import annotations

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
"""Deviations to each side of the mean that an axis holds; what lies beyond ends there."""
KNOTS = 33
PLACES = np.linspace(0.0, 255.0, KNOTS)
SHARES = np.linspace(0.005, 0.995, 67)
"""Of the pixels below the quantiles that are compared."""
LEAST_SLOPE, LARGEST_SLOPE = 0.4, 2.0
"""Steeper, strokes and skin turn into posters; flatter, they vanish."""
EVERY_PX = 3
"""Quantiles are those of every third row and column."""


@dataclass(frozen=True)
class Curves:
    """A map of colours: along three axes, each by its own curve. Hashable, plain numbers."""

    axes: Rows
    """RGB in levels to places along the axes, in [0, 255]: three rows of matrix and offset."""
    knots: Knots
    """Where the `PLACES` of each axis go to."""

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
    # Slopes say nothing of where it lies: so that the mean of what is found becomes the wanted one.
    curve += np.mean(wanted - np.interp(found, PLACES, curve))
    return tuple(round(float(value), 3) for value in curve)


@cache
def _table(knots: Knots) -> npt.NDArray[np.uint8]:
    """Return the lookup table of the curves, (1, 256, 3).

    In bytes: a step of an axis is about a level, and with floats a frame of 640x480 took 6 ms.
    """
    columns = [np.interp(np.arange(256), PLACES, curve) for curve in knots]
    return np.stack(columns, -1)[None].round().clip(0, 255).astype(np.uint8)
