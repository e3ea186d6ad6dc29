"""What is drawn over and around painted frames. Pure: every function returns new pixels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from realtime.frame import Frame, Pixels

FONT = cv2.FONT_HERSHEY_SIMPLEX
REFERENCE_HEIGHT_PX = 480
"""The height at which text is drawn at its natural size."""


def with_lines(frame: Frame, lines: Sequence[str]) -> Frame:
    """Write lines of text into the top left corner, white with a dark outline."""
    if not lines:
        return frame
    scale = max(0.4, 0.6 * min(frame.height, frame.width) / REFERENCE_HEIGHT_PX)
    step, thickness = round(34 * scale), max(1, round(2 * scale))
    text = np.zeros((frame.height, frame.width), np.uint8)[: step * (len(lines) + 1)]
    for i, line in enumerate(lines):
        at = (round(16 * scale), step * (i + 1))
        cv2.putText(text, line, at, FONT, scale, 255, thickness, cv2.LINE_AA)
    # Not the text again, only bolder: a bolder font may be wider too.
    reach = 2 * max(1, round(2 * scale)) + 1
    outline = cv2.dilate(text, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    _, _, width, height = cv2.boundingRect(outline)
    width, height = width + reach + at[0], height + step
    text, outline = text[:height, :width, None], outline[:height, :width, None]
    pixels = frame.pixels.copy()
    written = pixels[:height, :width]
    written[:] = np.maximum(written * (1 - outline / np.float32(255)), text)
    return frame.with_pixels(pixels)


def side_by_side(before: Frame, after: Frame) -> Frame:
    """Return the left half of the original beside the right half of the painting, same size.

    A thin line marks the border. The frame keeps its size, so a window or a file need not change.
    """
    pixels = after.pixels.copy()
    middle = after.width // 2
    pixels[:, :middle] = before.pixels[:, :middle]
    pixels[:, max(0, middle - 1) : middle + 1] = 255
    return after.with_pixels(pixels)


def joined(before: Frame, after: Frame) -> Pixels:
    """Return original and painting side by side in full, (H, 2 W, 3)."""
    return np.ascontiguousarray(np.hstack([before.pixels, after.pixels]))


def mirrored(frame: Frame) -> Frame:
    """Swap left and right."""
    return frame.with_pixels(np.ascontiguousarray(frame.pixels[:, ::-1]))
