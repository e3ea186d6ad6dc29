"""What the user can turn while frames flow."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Look:
    """How the next frame shall be painted. Takes effect at once, in every engine.

    Raises ValueError for weights that are negative or do not sum to 1, or a strength outside
    [0, 1].
    """

    style_weights: tuple[float, ...]
    """How much of each style of the bundle, in the bundle's order; sums to 1."""
    strength: float = 1.0
    """0 returns the frame itself, bit for bit; 1 is the painting; between, a blend of both."""

    def __post_init__(self) -> None:
        total = sum(self.style_weights)
        if min(self.style_weights, default=-1.0) < 0 or not math.isclose(total, 1.0, abs_tol=1e-6):
            raise ValueError(f"style weights must be >= 0 and sum to 1, got {self.style_weights}")
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength must be between 0 and 1, got {self.strength}")

    @classmethod
    def of_style(cls, index: int, count: int, *, strength: float = 1.0) -> Look:
        """Return the look of style `index` among `count`, unmixed."""
        return cls(tuple(float(i == index) for i in range(count)), strength)

    @property
    def main_style(self) -> int:
        """Index of the heaviest style."""
        return max(range(len(self.style_weights)), key=self.style_weights.__getitem__)

    def stepped(self, styles: int) -> Look:
        """Return the look `styles` further in the list of styles, wrapping around."""
        count = len(self.style_weights)
        return Look.of_style((self.main_style + styles) % count, count, strength=self.strength)

    def with_strength(self, strength: float) -> Look:
        """Return the same styles at another strength, held within [0, 1]."""
        return replace(self, strength=min(1.0, max(0.0, round(strength, 3))))
