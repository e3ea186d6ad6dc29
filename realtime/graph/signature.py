"""The inputs and the output of a bundle's graph. Imports no onnx."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realtime.frame import Pixels

FRAMES, STYLE_WEIGHTS, STRENGTH, PAINTINGS = "frames", "style_weights", "strength", "paintings"
GRAPH_VERSION = 5
"""Counted up whenever the same bundle gives another graph: caches are keyed by it."""


def graph_inputs(
    pixels: Pixels, style_weights: npt.ArrayLike, strength: float
) -> dict[str, npt.NDArray[np.generic]]:
    """Return what a graph is given to paint one picture, (H, W, 3) RGB uint8."""
    return {
        FRAMES: pixels[None],
        STYLE_WEIGHTS: np.asarray(style_weights, np.float32),
        STRENGTH: np.asarray(strength, np.float32),
    }
