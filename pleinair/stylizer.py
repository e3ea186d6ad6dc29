"""`Stylizer`: an open engine for many pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from realtime.engines import open_engine
from realtime.errors import BadInputError
from realtime.frame import MIN_SIDE_PX, Frame
from realtime.look import Look
from realtime.network.library import choose, choose_among, style_names
from realtime.painter import asked_look
from realtime.ports import Closing, Engine, EngineInfo
from realtime.settings import PaintSettings

Rgb = npt.NDArray[np.uint8]
"""RGB, (H, W, 3), each side at least 16 px; not OpenCV's BGR."""


class Stylizer(Closing):
    """Paints in the styles of one bundle.

    Opening one takes a moment, painting does not: open it once. It keeps nothing from one picture
    to the next. Use it from one thread at a time, and close it, or say `with`.

    Attributes:
        styles: The names that `paint` knows.
        info: The engine, its device and its precision.
        description: The same in words.
    """

    def __init__(
        self,
        bundle: str | Path = "fast",
        *,
        engine: str = "auto",
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        """Open a bundle with an engine.

        Args:
            bundle: `fast`, `quality`, or another name that `pleinair styles` shows, or a file.
            engine: `auto` is the fastest of this machine, found out once: seconds. Or a name.
            device: `auto`, or what the engine knows: `cpu`, `cuda`, `mps`.
            precision: `auto`, or `fp32`, `fp16`, `bf16`, `int8`.

        Raises:
            PleinairError: no such bundle, engine, device or precision.
        """
        self._entry, _ = choose(None, str(bundle))
        self._engine = open_engine(engine, self._entry.path, device=device, precision=precision)
        self.styles: tuple[str, ...] = self._entry.card.names
        self.info: EngineInfo = self._engine.info
        self.description: str = self._engine.description

    def paint(
        self,
        rgb: Rgb,
        style: str | None = None,
        *,
        strength: float = 1.0,
        stroke: float | Literal["native"] = 1.0,
        keep_colours: bool = False,
    ) -> Rgb:
        """Paint a picture.

        Args:
            rgb: RGB uint8 (H, W, 3), at least 16x16; it stays as it is.
            style: One of `styles`, or a mix: `starry-night:0.6,mosaic:0.4`. None is the bundle's
                usual one.
            strength: 0 is the picture, 1 the painting.
            stroke: Size of the strokes, 0.5 to 2, as shares of the picture; native: as large in
                pixels at any size.
            keep_colours: Keep the original's colours.

        Returns:
            The painting, RGB uint8 (H, W, 3) of the same size, in memory of its own.

        Raises:
            PleinairError: another kind of array, no such style, or a number out of its range.
        """
        settings = PaintSettings(strength=strength, stroke=stroke, keep_colours=keep_colours)
        _, look = choose_among((self._entry,), style)
        return painted(self._engine, asked_look(look, settings), rgb)

    def close(self) -> None:
        """Free the engine's memory; nothing can be painted afterwards."""
        self._engine.close()


def styles(bundle: str | Path | None = None) -> tuple[str, ...]:
    """List the names of the styles of a bundle, or of all bundles, each once.

    Raises:
        PleinairError: no such bundle.
    """
    if bundle is not None:
        return choose(None, str(bundle))[0].card.names
    return style_names()


def painted(engine: Engine, look: Look, rgb: Rgb) -> Rgb:
    """Return what an engine makes of a picture, in memory of its own; see `Stylizer.paint`."""
    painting = engine.stylize(_frame(rgb), look).pixels
    return painting.copy() if np.shares_memory(painting, rgb) else painting


def _frame(rgb: Rgb) -> Frame:
    array = np.asarray(rgb)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise BadInputError(
            f"expected a picture as RGB uint8 (H, W, 3), got {array.dtype} {array.shape}: "
            "convert it first"
        )
    height, width = array.shape[:2]
    if min(height, width) < MIN_SIDE_PX:
        raise BadInputError(
            f"the picture is {width}x{height} pixels, expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX}"
        )
    return Frame(np.ascontiguousarray(array), 0, 0.0)
