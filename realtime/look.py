"""What the user can turn while frames flow."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

STROKES = (0.5, 2.0)
"""Smallest and largest stroke size: the network sees the picture at the inverse scale."""
SMALLEST_DETAIL = 0.2


@dataclass(frozen=True)
class Look:
    """How the next frame shall be painted. Takes effect at once, in every engine.

    Raises ValueError for weights that are negative or do not sum to 1, or another value out of its
    range.
    """

    style_weights: tuple[float, ...]
    """How much of each style of the bundle, in the bundle's order; sums to 1."""
    strength: float = 1.0
    """0 returns the frame itself, bit for bit; 1 is the painting; between, a blend of both."""
    stroke: float = 1.0
    """Size of the strokes, 0.5 to 2: the network paints the picture at 1 / stroke of its size."""
    keep_colours: bool = False
    """Take light and dark from the painting, colours from the picture (Gatys et al. 2016,
    "Preserving color in neural artistic style transfer")."""
    detail: float = 1.0
    """Up to 1: paint a smaller picture, for speed, and enlarge it along the picture's own edges."""

    def __post_init__(self) -> None:
        total = sum(self.style_weights)
        if min(self.style_weights, default=-1.0) < 0 or not math.isclose(total, 1.0, abs_tol=1e-6):
            raise ValueError(f"style weights must be >= 0 and sum to 1, got {self.style_weights}")
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength must be between 0 and 1, got {self.strength}")
        if not STROKES[0] <= self.stroke <= STROKES[1]:
            raise ValueError(f"stroke must be between 0.5 and 2, got {self.stroke}")
        if not SMALLEST_DETAIL <= self.detail <= 1.0:
            raise ValueError(f"detail must be between {SMALLEST_DETAIL} and 1, got {self.detail}")

    @classmethod
    def of_style(cls, index: int, count: int, *, strength: float = 1.0) -> Look:
        """Return the look of style `index` among `count`, unmixed."""
        return cls(tuple(float(i == index) for i in range(count)), strength)

    @property
    def main_style(self) -> int:
        """Index of the heaviest style."""
        return max(range(len(self.style_weights)), key=self.style_weights.__getitem__)

    @property
    def scale(self) -> float:
        """At what scale the network sees the picture."""
        return self.detail / self.stroke

    def with_strength(self, strength: float) -> Look:
        """Return the same styles at another strength, held within [0, 1]."""
        return replace(self, strength=min(1.0, max(0.0, round(strength, 3))))

    def with_stroke(self, stroke: float) -> Look:
        """Return the same styles with other strokes, held within their range."""
        return replace(self, stroke=min(STROKES[1], max(STROKES[0], round(stroke, 3))))

    def mixed(self, other: Look, share: float) -> Look:
        """Return this look with `share` (0 to 1) of the other's styles and strength."""
        pairs = zip(self.style_weights, other.style_weights, strict=True)
        weights = tuple((1 - share) * one + share * two for one, two in pairs)
        strength = (1 - share) * self.strength + share * other.strength
        return replace(other, style_weights=weights, strength=min(1.0, strength))
