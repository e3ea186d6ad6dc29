"""Squares cut out of scaled pictures, in the memory of a square, whatever the picture's shape."""

from __future__ import annotations

import math

from realtime.engines.enlarge import resized
from realtime.frame import Pixels

WHOLE_PIXELS = 2**23
"""A picture that is no larger than this, scaled, is scaled as a whole (25 MB)."""
MARGIN_PX = 3
"""Of the original, around the part that is scaled: what cubic interpolation looks at."""


def scaled_sides(picture: Pixels, scale: float, at_least: int = 1) -> tuple[int, int]:
    """Return height and width of a scaled picture, none below `at_least`."""
    height, width = (max(at_least, round(side * scale)) for side in picture.shape[:2])
    return height, width


def square_of_scaled(
    picture: Pixels, sides: tuple[int, int], corner: tuple[int, int], side_px: int
) -> Pixels:
    """Return the square of `side_px` at `corner` (top, left) of the picture scaled to `sides`.

    Of large pictures only the part under the square is scaled. Strokes of a pixel may lie half a
    pixel elsewhere then.
    """
    if math.prod(sides) > WHOLE_PIXELS:
        spans = [
            _span(own, scaled, start, side_px)
            for own, scaled, start in zip(picture.shape, sides, corner, strict=False)
        ]
        (rows, height, top), (columns, width, left) = spans
        picture, sides, corner = picture[rows, columns], (height, width), (top, left)
    picture = resized(picture, sides[::-1])
    top, left = corner
    return picture[top : top + side_px, left : left + side_px]


def middle(picture: Pixels, longest_px: int) -> Pixels:
    """Cut off what is longer than `longest_px`, at both ends."""
    top, left = (max(0, side - longest_px) // 2 for side in picture.shape[:2])
    return picture[top : top + longest_px, left : left + longest_px]


def _span(own: int, scaled: int, start: int, side_px: int) -> tuple[slice, int, int]:
    """Along one axis: what to cut, how long it becomes, and where the square begins in it."""
    scale = scaled / own
    first = max(0, math.floor(start / scale) - MARGIN_PX)
    last = min(own, math.ceil((start + side_px) / scale) + MARGIN_PX)
    length = max(side_px, round((last - first) * scale))
    return slice(first, last), length, min(max(0, round(start - first * scale)), length - side_px)
