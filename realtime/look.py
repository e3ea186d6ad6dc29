"""The painting parameters of a frame: style weights, strength, stroke size, detail."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

STROKES = (0.5, 2.0)
"""Smallest and largest stroke size: the network sees the picture at the inverse scale."""
LINES = 480
"""Pixels of the shorter side at which strokes of size 1 are painted: a stroke then has the same
share of the picture, whatever its size, and upright or not. What the styles are trained for."""
LONGEST_ENLARGED_PX = 1920
"""Small pictures are enlarged for the network as far as their longer side stays within this."""
NEARLY_LINES = 0.05
"""So near to it, a picture is painted as it is: scaling would blur it, and change nothing else."""
SMALLEST_DETAIL = 0.2
NATIVE: Literal["native"] = "native"
"""Asked for instead of a size: the network's own strokes on the pixels as they are."""


@dataclass(frozen=True)
class Look:
    """How to paint the next frame. Takes effect at once, in every engine.

    Raises ValueError for weights that are negative or do not sum to 1, or another value out of its
    range.
    """

    style_weights: tuple[float, ...]
    """How much of each style of the bundle, in the bundle's order; sums to 1."""
    strength: float = 1.0
    """0 returns the frame itself, bit for bit; 1 is the painting; between, a blend of both."""
    stroke: float = 1.0
    """Size of the strokes, 0.5 to 2: the network paints the picture at 1 / stroke of its lines."""
    keep_colours: bool = False
    """Take light and dark from the painting, colours from the picture (Gatys et al. 2016,
    "Preserving color in neural artistic style transfer")."""
    detail: float = 1.0
    """Up to 1: paint a smaller picture, for speed, and enlarge it along the picture's own edges."""
    lines: int | None = None
    """Pixels of the shorter side at which stroke 1 is painted, `LINES` for users; None: its own."""

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

    def scale(self, width: int, height: int) -> float:
        """Return the scale at which the network sees a picture of this size in pixels."""
        whole = 1.0 if self.lines is None else self.lines / min(width, height)
        if whole > 1.0:
            whole = max(1.0, min(whole, LONGEST_ENLARGED_PX / max(width, height)))
        if abs(whole - 1.0) <= NEARLY_LINES:
            whole = 1.0
        return whole * self.detail / self.stroke

    def in_strokes(self, asked: float | Literal["native"]) -> Look:
        """Return the same styles in strokes as a user asks for them: a size, or `NATIVE`."""
        if asked == NATIVE:
            return replace(self, stroke=1.0, lines=None)
        return replace(self, stroke=asked, lines=LINES)

    def with_strength(self, strength: float) -> Look:
        """Return the same styles at another strength, clamped to [0, 1]."""
        return replace(self, strength=min(1.0, max(0.0, round(strength, 3))))

    def mixed(self, other: Look, share: float) -> Look:
        """Return this look with `share` (0 to 1) of the other's styles and strength."""

        def between(one: float, two: float) -> float:
            # What is the same stays so to the last bit: a frozen picture is then not painted anew.
            return one if one == two else (1 - share) * one + share * two

        pairs = zip(self.style_weights, other.style_weights, strict=True)
        weights = tuple(between(one, two) for one, two in pairs)
        strength = between(self.strength, other.strength)
        return replace(other, style_weights=weights, strength=min(1.0, strength))
