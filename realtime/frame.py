"""A video frame: RGB pixels, index and presentation time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIN_SIDE_PX = 16
"""Smallest height and width that the networks can paint."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False, repr=False)
class Frame:
    """One picture and its time. Frozen; to change pixels, make a new array.

    Raises ValueError when the pixels are not RGB uint8 C-contiguous (H, W, 3) with H, W >= 16.
    """

    pixels: Pixels
    """RGB uint8, C-contiguous, (H, W, 3). BGR exists only inside the OpenCV adapters."""
    index: int
    """Counts frames of the source from 0; a gap means that frames were dropped."""
    pts_seconds: float
    """Presentation time. For files as stored; for live sources, since the first frame."""

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 (H, W, 3), got {pixels.dtype} {pixels.shape = }")
        if not pixels.flags.c_contiguous:
            raise ValueError("expected C-contiguous pixels: use np.ascontiguousarray")
        if min(pixels.shape[:2]) < MIN_SIDE_PX:
            raise ValueError(
                f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX} pixels, "
                f"got {self.width}x{self.height}"
            )

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    def with_pixels(self, pixels: Pixels) -> Frame:
        """Return the same moment with other pixels of the same size."""
        if pixels.shape != self.pixels.shape:
            raise ValueError(f"frame size changed from {self.pixels.shape} to {pixels.shape}")
        return Frame(pixels, self.index, self.pts_seconds)

    def __repr__(self) -> str:
        return f"Frame({self.width}x{self.height}, index={self.index}, {self.pts_seconds:.3f} s)"
