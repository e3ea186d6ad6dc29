"""YUV <-> RGB: the only place that knows which matrix and which range a video uses.

A video says so itself, or leaves it out; then everybody guesses by the height, and so do we:
BT.709 from 720 lines on, BT.601 below. What we write follows the same rule *and* says so, hence
players that ignore the tags agree with those that read them.
"""

from __future__ import annotations

from typing import cast

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from realtime.frame import Pixels

HD_LINES = 720

# The default conversion repeats chroma and truncates: 1.3 levels off on average instead of 0.4.
ACCURATE = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT

# A video's matrix code (ITU-T H.273) -> swscale's name for it. Codes not listed: guess.
MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
H273_BT709, H273_SMPTE170M = 1, 6


def guess_matrix(height: int) -> Colorspace:
    """Return the matrix that players assume for an untagged video of this height in pixels."""
    return Colorspace.ITU709 if height >= HD_LINES else Colorspace.ITU601


class RgbReader:
    """Turns decoded frames into pixels. Keeps its tables between frames."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def read(self, frame: av.VideoFrame, width: int, height: int) -> Pixels:
        """Return RGB uint8 (height, width, 3), scaled when the frame has another size."""
        rgb = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            src_colorspace=MATRICES.get(frame.colorspace, guess_matrix(frame.height)),
            src_color_range=frame.color_range,
            interpolation=ACCURATE,
        )
        return cast(Pixels, np.ascontiguousarray(rgb.to_ndarray()))


class YuvWriter:
    """Turns pixels of one size into frames for an encoder, limited range."""

    def __init__(self, height: int, pixel_format: str) -> None:
        self._reformatter = VideoReformatter()
        self._matrix = guess_matrix(height)
        self._pixel_format = pixel_format

    def write(self, pixels: Pixels) -> av.VideoFrame:
        """Return a new frame that shares nothing with the RGB uint8 (H, W, 3) pixels."""
        return self._reformatter.reformat(
            av.VideoFrame.from_ndarray(pixels, format="rgb24"),
            format=self._pixel_format,
            dst_colorspace=self._matrix,
            dst_color_range=ColorRange.MPEG,
            interpolation=ACCURATE,
        )

    def tag(self, context: av.VideoCodecContext) -> None:
        """Write down in the encoder's settings what `write` does.

        Primaries and transfer are those of screens in both cases: pixels are treated as sRGB
        throughout, only the matrix changes with the height.
        """
        is_hd = self._matrix == Colorspace.ITU709
        context.colorspace = H273_BT709 if is_hd else H273_SMPTE170M
        context.color_range = ColorRange.MPEG
        context.color_primaries = H273_BT709
        context.color_trc = H273_BT709
