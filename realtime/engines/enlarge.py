"""Painting at another size than the frame's, and back, so that edges stay where they are."""

from __future__ import annotations

import cv2
import numpy as np

from realtime.frame import MIN_SIDE_PX, Pixels

WINDOW_PX = 5
"""Within so many small pixels the painting's light is taken to follow the picture's."""
CALM = 30.0
"""Variance below which the picture has no edge to follow, in squared levels."""


def scaled_size(width: int, height: int, scale: float) -> tuple[int, int]:
    """Return the width and height at which the network works, in steps of 8 px."""
    sides = (max(MIN_SIDE_PX, 8 * round(side * scale / 8)) for side in (width, height))
    small_width, small_height = sides
    return small_width, small_height


def reduced(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Scale (H, W, 3) to `size` (width, height) for the network."""
    how = cv2.INTER_AREA if size[0] < pixels.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(pixels, size, interpolation=how).astype(np.uint8, copy=False)


def enlarged(painting: Pixels, small: Pixels, guide: Pixels) -> Pixels:
    """Bring a painting of the reduced picture to the picture's size, along the picture's edges.

    The painting is enlarged smoothly; then the detail that the picture lost when it was reduced is
    added, as strongly as the painting's light follows the picture's there: the regression of the
    guided filter (He, Sun and Tang 2010), taken at the small size (He and Sun 2015).

    Args:
        painting: (h, w, 3) RGB uint8, painted from `small`.
        small: (h, w, 3), what `guide` was reduced to.
        guide: (H, W, 3), the picture.

    Returns:
        (H, W, 3) RGB uint8.
    """
    height, width = guide.shape[:2]
    smooth = cv2.resize(painting, (width, height), interpolation=cv2.INTER_CUBIC)
    if width <= small.shape[1]:
        return np.asarray(smooth, np.uint8)
    grey = cv2.cvtColor(guide, cv2.COLOR_RGB2GRAY)
    small_grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    back = cv2.resize(small_grey, (width, height), interpolation=cv2.INTER_CUBIC)
    follows = cv2.resize(_follows(painting, small_grey), (width, height))
    lost = cv2.subtract(grey, back, dtype=cv2.CV_32F)
    detail = cv2.cvtColor(cv2.multiply(lost, follows), cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.add(smooth, detail, dtype=cv2.CV_8U), np.uint8)


def _follows(painting: Pixels, small_grey: np.ndarray) -> np.ndarray:
    """How far the painting's light follows the picture's, (h, w) float32 in [0, 1]."""
    light = cv2.cvtColor(painting, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = small_grey.astype(np.float32)
    window = (WINDOW_PX, WINDOW_PX)
    mean_grey, mean_light = cv2.blur(grey, window), cv2.blur(light, window)
    variance = cv2.blur(grey * grey, window) - mean_grey * mean_grey
    covariance = cv2.blur(grey * light, window) - mean_grey * mean_light
    return np.clip(covariance / (variance + CALM), 0.0, 1.0)


def with_colours_of(painting: Pixels, original: Pixels) -> Pixels:
    """Return the painting's light and dark in the original's colours, (H, W, 3)."""
    light = cv2.cvtColor(painting, cv2.COLOR_RGB2YCrCb)
    colours = cv2.cvtColor(original, cv2.COLOR_RGB2YCrCb)
    colours[..., 0] = light[..., 0]
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_YCrCb2RGB), np.uint8)
