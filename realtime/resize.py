"""Fitting frames into a size, aspect kept."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from realtime.frame import MIN_SIDE_PX, Frame, Pixels
from realtime.ports import Source


def fit(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Scale (H, W, 3) so that it just fits inside `size` (width, height); aspect kept."""
    height, width = pixels.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    target = tuple(max(MIN_SIDE_PX, round(side * scale)) for side in (width, height))
    if target == (width, height):
        return pixels
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(pixels, target, interpolation=how).astype(np.uint8, copy=False)


class ResizedSource:
    """A source whose frames are scaled to fit inside a size."""

    def __init__(self, source: Source, size: tuple[int, int]) -> None:
        self._source, self._size = source, size
        self.live = source.live
        self.rate_fps = source.rate_fps
        self.frame_count = source.frame_count

    def __iter__(self) -> Iterator[Frame]:
        """Yield the source's frames, scaled."""
        for frame in self._source:
            yield Frame(fit(frame.pixels, self._size), frame.index, frame.pts_seconds)

    def close(self) -> None:
        """Close the source inside."""
        self._source.close()
