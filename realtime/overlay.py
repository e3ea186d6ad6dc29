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
    scale = min(scale, frame.height / (34 * (len(lines) + 1)))  # many lines: smaller, but all
    step, thickness = round(34 * scale), max(1, round(2 * scale))
    text = np.zeros((frame.height, frame.width), np.uint8)[: step * (len(lines) + 1)]
    for i, line in enumerate(lines):
        at = (round(16 * scale), step * (i + 1))
        cv2.putText(text, line, at, FONT, scale, 255, thickness, cv2.LINE_AA)
    # Not the text again, only bolder: a bolder font may be wider too.
    reach = 2 * max(1, round(2 * scale)) + 1
    outline = cv2.dilate(text, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    _, _, width, height = cv2.boundingRect(outline)
    width = min(text.shape[1], width + reach + at[0])
    height = min(text.shape[0], height + step)
    text, outline = text[:height, :width, None], outline[:height, :width, None]
    pixels = frame.pixels.copy()
    written = pixels[:height, :width]
    written[:] = np.maximum(written * (1 - outline / np.float32(255)), text)
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


def beside(before: Frame, after: Frame) -> Frame:
    """Return both whole, side by side, in a frame of the same size with bars above and below."""
    pixels = np.zeros_like(after.pixels)
    height, half = after.height // 2, after.width // 2
    top = (after.height - height) // 2
    for left, frame in ((0, before), (after.width - half, after)):
        small = cv2.resize(frame.pixels, (half, height), interpolation=cv2.INTER_AREA)
        pixels[top : top + height, left : left + half] = small
    return after.with_pixels(pixels)


def joined(before: Frame, after: Frame) -> Pixels:
    """Return original and painting side by side in full, (H, 2 W, 3)."""
    return np.ascontiguousarray(np.hstack([before.pixels, after.pixels]))


def mirrored(frame: Frame) -> Frame:
    """Swap left and right."""
    return frame.with_pixels(np.ascontiguousarray(frame.pixels[:, ::-1]))
