"""Resizes frames to fit a size, aspect kept; letterboxing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from realtime.engines.enlarge import resized
from realtime.frame import MIN_SIDE_PX, Frame, Pixels
from realtime.ports import Closing, Size, Source


def fitted(own: Size, size: Size) -> Size:
    """Return the width and height that just fit inside `size`; aspect kept."""
    scale = min(size[0] / own[0], size[1] / own[1])
    width, height = (max(MIN_SIDE_PX, round(side * scale)) for side in own)
    return width, height


def fit(pixels: Pixels, size: Size) -> Pixels:
    """Scale (H, W, 3) so that it just fits inside `size` (width, height); aspect kept."""
    height, width = pixels.shape[:2]
    target = fitted((width, height), size)
    if target == (width, height):
        return pixels
    return resized(pixels, target)


def letterboxed(pixels: Pixels, size: Size, bars: int = 0) -> Pixels:
    """Fit (H, W, 3) into `size` (width, height), in the middle of bars, black unless told."""
    inside = fit(pixels, size)
    height, width = inside.shape[:2]
    if (width, height) == size:
        return inside
    boxed = np.full((size[1], size[0], 3), bars, np.uint8)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    boxed[top : top + height, left : left + width] = inside
    return boxed


def in_size(frame: Frame, size: Size) -> Frame:
    """Return a frame of `size` (width, height): itself, or fitted in with bars."""
    if (frame.width, frame.height) == size:
        return frame
    return replace(frame, pixels=letterboxed(frame.pixels, size))


class ResizedSource(Closing):
    """A source whose frames are scaled to fit inside a size."""

    def __init__(self, source: Source, size: Size) -> None:
        self._source, self._inside = source, size
        self.size: Size | None = None if source.size is None else fitted(source.size, size)
        self.live = source.live
        self.rate_fps = source.rate_fps
        self.frame_count = source.frame_count

    def __iter__(self) -> Iterator[Frame]:
        """Yield the source's frames, scaled."""
        for frame in self._source:
            yield Frame(fit(frame.pixels, self._inside), frame.index, frame.pts_seconds)

    def close(self) -> None:
        """Close the source inside."""
        self._source.close()
