"""What engines that run a bundle's graph have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from realtime.errors import EngineError
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.card import read_card
from realtime.ports import Style


class GraphEngine(ABC):
    """Paints through `paint`, which runs the graph of `realtime.graph.frames` in some runtime."""

    name: str
    description: str

    def __init__(self, styles: tuple[Style, ...]) -> None:
        self.styles = styles

    @abstractmethod
    def paint(
        self, frames: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Pixels:
        """Run the graph: (1, H, W, 3) uint8 to memory of its own, likewise."""

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame (see `ports.Engine`)."""
        if len(look.style_weights) != len(self.styles):
            raise ValueError(
                f"look has {len(look.style_weights)} style weights for {len(self.styles)} styles"
            )
        if look.strength == 0.0:
            return frame
        weights = np.asarray(look.style_weights, np.float32)
        try:
            painting = self.paint(frame.pixels[None], weights, look.strength)
        except (RuntimeError, MemoryError) as exc:
            raise EngineError(
                f"{self.description} failed on a {frame.width}x{frame.height} frame: {exc}"
            ) from exc
        return frame.with_pixels(np.ascontiguousarray(painting[0]))


def styles_of(bundle: Path) -> tuple[Style, ...]:
    """List a bundle's styles for an engine."""
    return tuple(Style(credit.name, str(credit)) for credit in read_card(bundle).styles)
