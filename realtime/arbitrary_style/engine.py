"""Engine wrapper that adds paintings as styles: mixtures of trained ones, recoloured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from realtime.arbitrary_style.palette import Palette, mixed
from realtime.engines.base import WrappedEngine, require_weights
from realtime.engines.enlarge import blended, restore_chroma
from realtime.frame import Frame
from realtime.look import Look
from realtime.ports import Engine, Style


@dataclass(frozen=True)
class Mixture:
    """The mixture of a bundle's styles that is nearest to a painting. Plain numbers, hashable."""

    name: str
    """The painting's name among the styles."""
    style_weights: tuple[float, ...]
    """How much of each style; sums to 1."""
    palette: Palette
    """Colour transfer from such a picture to the painting."""


class PaintingEngine(WrappedEngine):
    """Paints the styles of another engine, and behind them some paintings as further styles.

    So a painting takes part in all that styles do: it is mixed, faded to, previewed, remembered.

    Args:
        engine: Paints the mixtures.
        mixtures: The paintings, in the order of the weights behind those of the styles.
    """

    def __init__(self, engine: Engine, mixtures: Sequence[Mixture]) -> None:
        super().__init__(engine)
        self.mixtures = tuple(mixtures)
        self.styles = engine.styles + tuple(Style(one.name) for one in self.mixtures)

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame (see `ports.Engine`)."""
        require_weights(look, self.styles)
        known = len(self._engine.styles)
        learned, others = look.style_weights[:known], look.style_weights[known:]
        if not any(others):
            return self._engine.stylize(frame, replace(look, style_weights=learned))
        if look.strength == 0.0:
            return frame
        plain = replace(
            look, style_weights=self._mixed(learned, others), strength=1.0, keep_colours=False
        )
        painting = self._engine.stylize(frame, plain).pixels
        painting = mixed(painting, [one.palette for one in self.mixtures], others)
        painting = blended(frame.pixels, painting, look.strength)
        if look.keep_colours:
            painting = restore_chroma(painting, frame.pixels)
        return frame.with_pixels(np.ascontiguousarray(painting))

    def _mixed(self, learned: Sequence[float], others: Sequence[float]) -> tuple[float, ...]:
        """Return the style weights for the wrapped engine."""
        weights = np.asarray(learned, np.float64)
        for share, one in zip(others, self.mixtures, strict=True):
            weights = weights + share * np.asarray(one.style_weights)
        return tuple(float(weight) for weight in weights / weights.sum())
