"""Base classes of engines: those that run a bundle's network, and those around another engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from realtime.engines.enlarge import blended, resized, restore_chroma, scaled_size, upsample_guided
from realtime.errors import BadInputError, EngineError, one_line
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.machine import reuse_freed_memory
from realtime.network.card import Card, read_card
from realtime.ports import Closing, Engine, EngineInfo, Style

SIZES_KEPT = 4
"""For how many frame sizes an engine keeps what it compiled: a session seldom sees more, and each
may hold hundreds of megabytes."""
Shape = tuple[int, ...]
P = TypeVar("P", bound=str)
"""Some of the precisions."""


class BundleEngine(Closing, ABC):
    """Checks the look, answers strength 0 itself, and leaves the painting to `paint`."""

    info: EngineInfo
    description: str

    def __init__(self, styles: tuple[Style, ...]) -> None:
        self.styles = styles
        # Enlarging allocates a dozen pictures of the frame's size: new pages cost half of its time.
        reuse_freed_memory()

    @abstractmethod
    def paint(
        self, pixels: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Pixels:
        """Paint (H, W, 3) RGB uint8 into memory of its own, at a strength above 0.

        Raises:
            RuntimeError, MemoryError: the device failed; `stylize` says so in the user's words.
        """

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame (see `ports.Engine`)."""
        require_weights(look, self.styles)
        if look.strength == 0.0:
            return frame
        try:
            painting = self._painted(frame.pixels, look)
        except (RuntimeError, MemoryError) as exc:  # torch.OutOfMemoryError is the former
            raise EngineError(
                f"{self.description} failed on a {frame.width}x{frame.height} frame: "
                f"{one_line(exc)}"
            ) from exc
        return frame.with_pixels(np.ascontiguousarray(painting))

    def _painted(self, pixels: Pixels, look: Look) -> Pixels:
        weights = np.asarray(look.style_weights, np.float32)
        height, width = pixels.shape[:2]
        scale = look.scale(width, height)
        size = (width, height) if scale == 1.0 else scaled_size(width, height, scale)
        if size == (width, height):
            painting = self.paint(pixels, weights, look.strength)
        else:
            scaled = resized(pixels, size)
            painting = upsample_guided(pixels, self.paint(scaled, weights, 1.0), scaled)
            painting = blended(pixels, painting, look.strength)
        return restore_chroma(painting, pixels) if look.keep_colours else painting


class WrappedEngine(Closing):
    """An engine that wraps another, delegates to it and closes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.styles = engine.styles

    @property
    def info(self) -> EngineInfo:
        """What the wrapped engine runs on."""
        return self._engine.info

    @property
    def description(self) -> str:
        """Likewise, for users."""
        return self._engine.description

    def close(self) -> None:
        """Close the wrapped engine."""
        self._engine.close()


def require_weights(look: Look, styles: Sequence[Style]) -> None:
    """Raise ValueError unless a look has one weight per style."""
    if len(look.style_weights) != len(styles):
        raise ValueError(
            f"look has {len(look.style_weights)} style weights for {len(styles)} styles"
        )


def chosen_precision(asked: str, usual: P, able: Sequence[P], engine: str) -> P:
    """Return the precision that was asked for; `usual` for `auto`.

    Raises:
        BadInputError: the engine does not know it.
    """
    if asked == "auto":
        return usual
    for precision in able:
        if asked == precision:
            return precision
    raise BadInputError(
        f"no precision {asked!r} in the {engine} engine: expected auto, {', '.join(able)}"
    )


def styles_of(bundle: Path | Card) -> tuple[Style, ...]:
    """List the styles of a bundle's file, or of its card, for an engine."""
    card = read_card(bundle) if isinstance(bundle, Path) else bundle
    return tuple(Style(credit.name, str(credit)) for credit in card.styles)
