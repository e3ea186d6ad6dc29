"""Scaling for painting at another size than the frame's: guided upsampling that keeps edges."""

from __future__ import annotations

import cv2
import numpy as np

from realtime.frame import MIN_SIDE_PX, Pixels

WINDOW_PX = 5
"""Width, in reduced pixels, of the window in which the two luminances are compared."""
CALM = 30.0
"""Variance below which the picture has no edge to follow, in squared levels."""
ROUND, WIDE = 0.45, 1.0
"""Standard deviations in small pixels: of the blur that removes the grid after enlarging, and of
the unsharp mask."""
CRISP = 2.0
"""How strongly strokes are sharpened."""
OUTLINE = 0.6
"""Standard deviation in small pixels, from twice the size on, of the blur by which strokes hide the
picture's edges: that detail is restored, too."""
UNIT = 255
"""The 8 bit value that stands for 1."""


def scaled_size(width: int, height: int, scale: float) -> tuple[int, int]:
    """Return the width and height at which the network works, in steps of 8 px."""
    sides = (max(MIN_SIDE_PX, 8 * round(side * scale / 8)) for side in (width, height))
    small_width, small_height = sides
    return small_width, small_height


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Scale (H, W, 3) to `size` (width, height): averaged where that is smaller, else smoothly."""
    how = cv2.INTER_AREA if size[0] < pixels.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def upsample_guided(guide: Pixels, painting: Pixels, small: Pixels) -> Pixels:
    """Bring a painting of the scaled picture to the picture's size.

    A larger painting is averaged. A smaller one is enlarged with crisp strokes; then the detail
    that the picture lost when it was reduced is added, as strongly as the painting's light follows
    the picture's there: the regression of the guided filter (He, Sun and Tang 2010), taken at the
    small size (He and Sun 2015).

    Args:
        guide: (H, W, 3) RGB uint8, the picture.
        painting: (h, w, 3), painted from `small`.
        small: (h, w, 3), what `guide` was scaled to.

    Returns:
        (H, W, 3) RGB uint8.
    """
    height, width = guide.shape[:2]
    if width <= small.shape[1]:
        return resized(painting, (width, height))
    more, less = _lost_light(guide, painting, small)
    strokes = _crisply(painting, (width, height))
    return np.asarray(cv2.subtract(cv2.add(strokes, more), less), np.uint8)


def _crisply(painting: Pixels, size: tuple[int, int]) -> Pixels:
    """Enlarge (h, w, 3) or (h, w) with sharp edges, without overshoot."""
    times = size[0] / painting.shape[1]
    smooth = cv2.resize(painting, size, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(smooth, (0, 0), ROUND * times)
    around = cv2.resize(cv2.GaussianBlur(painting, (0, 0), WIDE), size)
    sharp = cv2.addWeighted(smooth, 1 + CRISP, around, -CRISP, 0)
    near = np.ones((3, 3), np.uint8)
    lowest = cv2.resize(cv2.erode(painting, near), size)
    highest = cv2.resize(cv2.dilate(painting, near), size)
    return np.asarray(cv2.min(cv2.max(sharp, lowest), highest), np.uint8)


def _lost_light(guide: Pixels, painting: Pixels, small: Pixels) -> tuple[Pixels, Pixels]:
    """Luminance detail of the picture that the painting lacks, where the painting follows it.

    Returns what is lighter and what is darker, each (H, W, 3) uint8: 8 bits throughout, which takes
    a third of the time of floats.
    """
    size = guide.shape[1], guide.shape[0]
    grey = cv2.cvtColor(guide, cv2.COLOR_RGB2GRAY)
    small_grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    hidden = OUTLINE * min(1.0, size[0] / small.shape[1] - 1.0)
    seen = np.asarray(cv2.GaussianBlur(small_grey, (0, 0), hidden), np.uint8)
    back = _crisply(seen, size)  # enlarged like the painting, or edges would be sharpened twice
    follows = cv2.resize(_follows(painting, small_grey), size)
    lighter, darker = (
        cv2.cvtColor(
            cv2.multiply(cv2.subtract(one, two), follows, scale=1 / UNIT), cv2.COLOR_GRAY2RGB
        )
        for one, two in ((grey, back), (back, grey))
    )
    return np.asarray(lighter, np.uint8), np.asarray(darker, np.uint8)


def _follows(painting: Pixels, small_grey: np.ndarray) -> np.ndarray:
    """How well the painting's luminance follows the picture's, (h, w) uint8: 255 is fully."""
    light = cv2.cvtColor(painting, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = small_grey.astype(np.float32)
    window = (WINDOW_PX, WINDOW_PX)
    mean_grey, mean_light = cv2.blur(grey, window), cv2.blur(light, window)
    variance = cv2.blur(grey * grey, window) - mean_grey * mean_grey
    covariance = cv2.blur(grey * light, window) - mean_grey * mean_light
    return (UNIT * np.clip(covariance / (variance + CALM), 0.0, 1.0)).astype(np.uint8)


def blended(picture: Pixels, painting: Pixels, strength: float) -> Pixels:
    """Return `strength` (0 to 1) of the painting over the picture, (H, W, 3)."""
    if strength == 1.0:
        return painting
    return np.asarray(cv2.addWeighted(painting, strength, picture, 1 - strength, 0), np.uint8)


def restore_chroma(painting: Pixels, original: Pixels) -> Pixels:
    """Combine the painting's luminance with the original's chrominance, (H, W, 3)."""
    light = cv2.cvtColor(painting, cv2.COLOR_RGB2YCrCb)
    colours = cv2.cvtColor(original, cv2.COLOR_RGB2YCrCb)
    colours[..., 0] = light[..., 0]
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_YCrCb2RGB), np.uint8)
