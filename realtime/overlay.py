"""Text, divider and side-by-side views drawn over frames. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from realtime.frame import Frame, Pixels

FONT = cv2.FONT_HERSHEY_SIMPLEX
REFERENCE_HEIGHT_PX = 480
"""The height at which text is drawn at its natural size."""
NATURAL_SCALE, LEAST_SCALE = 0.6, 0.4
MARGIN_PX, LINE_PX = 16, 34
"""From line to line, for text at scale 1."""
SHADE = 0.35
"""Factor by which the picture is darkened behind white text."""


def text_scale(width: int, height: int) -> float:
    """Return the scale of text in a picture of this size in pixels."""
    return max(LEAST_SCALE, NATURAL_SCALE * min(height, width) / REFERENCE_HEIGHT_PX)


def text_width(text: str, scale: float = 1.0) -> int:
    """Return how many pixels a text is wide."""
    return int(cv2.getTextSize(text, FONT, scale, thickness(scale))[0][0])


def thickness(scale: float) -> int:
    """Return the thickness of the lines of letters, in pixels."""
    return max(1, round(2 * scale))


def shade(pixels: Pixels) -> None:
    """Darken a part of a picture, in place."""
    pixels[:] = cv2.convertScaleAbs(pixels, alpha=SHADE)


def write(pixels: Pixels, text: str, at: tuple[int, int], scale: float) -> None:
    """Write white text in place; `at` is its lower left corner (x, y) in pixels."""
    cv2.putText(pixels, text, at, FONT, scale, (255, 255, 255), thickness(scale), cv2.LINE_AA)


def with_lines(frame: Frame, lines: Sequence[str]) -> Frame:
    """Write lines of text into the top left corner, white on a shade."""
    if not lines:
        return frame
    scale = text_scale(frame.width, frame.height)
    scale = min(scale, frame.height / (LINE_PX * (len(lines) + 1)))  # many lines: smaller, but all
    widest = max(text_width(line, 1.0) for line in lines) + 2 * MARGIN_PX
    scale = min(scale, frame.width / widest)  # and long ones: a truncated command would be useless
    margin, step = round(MARGIN_PX * scale), round(LINE_PX * scale)
    pixels = frame.pixels.copy()
    widest = max(text_width(line, scale) for line in lines)
    shade(pixels[: step * len(lines) + margin, : widest + 2 * margin])
    for i, line in enumerate(lines):
        write(pixels, line, (margin, step * (i + 1)), scale)
    return frame.with_pixels(pixels)


def split(before: Frame, after: Frame, divider: float = 0.5) -> Frame:
    """Return the original left of the divider and the painting right of it, same size.

    A thin line with a grip marks the border; `divider` is its place in widths, 0 to 1.
    """
    pixels = after.pixels.copy()
    place = min(after.width - 1, max(0, round(divider * after.width)))
    pixels[:, :place] = before.pixels[:, :place]
    pixels[:, max(0, place - 1) : place + 1] = 255
    grip = max(4, after.height // 48)
    cv2.circle(pixels, (place, after.height // 2), grip, (255, 255, 255), -1, cv2.LINE_AA)
    return after.with_pixels(pixels)


def joined(before: Frame, after: Frame) -> Pixels:
    """Return original and painting side by side in full, (H, 2 W, 3)."""
    return np.ascontiguousarray(np.hstack([before.pixels, after.pixels]))


def mirrored(frame: Frame) -> Frame:
    """Swap left and right."""
    return frame.with_pixels(np.ascontiguousarray(frame.pixels[:, ::-1]))
