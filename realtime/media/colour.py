"""YUV <-> RGB: the only place that knows which matrix and which range a video uses.

A video is tagged with them, or not; then players guess by the height, and so do we:
BT.709 from 720 lines on, BT.601 below. A copy is written with the colours of its original, and says
so; pictures that come from no video follow the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from realtime.frame import Pixels
from realtime.media.picture import over_white

HD_LINES = 720

# The default conversion repeats chroma and truncates: 1.3 levels off on average instead of 0.4.
ACCURATE = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT

RGB_FORMATS = frozenset({"rgb24", "bgr0", "gbrp"})

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
H273_BT709, H273_UNSPECIFIED, H273_SMPTE170M = 1, 2, 6
HDR_TRANSFERS = {16: "PQ (HDR10, Dolby Vision)", 18: "HLG"}
"""Transfer functions (ITU-T H.273) of pictures brighter than any screen that we paint for."""


@dataclass(frozen=True)
class ColourTags:
    """Colour tags of a video: ITU-T H.273 codes, 2 or less where it has none."""

    matrix: int = H273_UNSPECIFIED
    primaries: int = H273_UNSPECIFIED
    transfer: int = H273_UNSPECIFIED
    full_range: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> ColourTags:
        """Read the tags of a decoded frame."""
        return cls(
            matrix=int(frame.colorspace),
            primaries=int(frame.color_primaries),
            transfer=int(frame.color_trc),
            full_range=frame.color_range == ColorRange.JPEG and not frame.format.is_rgb,
        )


def guess_matrix(height: int) -> Colorspace:
    """Return the matrix that players assume for an untagged video of this height in pixels."""
    return Colorspace.ITU709 if height >= HD_LINES else Colorspace.ITU601


UNTAGGED = ColourTags()


class RgbReader:
    """Turns decoded frames into pixels. Keeps its tables between frames."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def read(self, frame: av.VideoFrame, width: int, height: int) -> Pixels:
        """Return RGB uint8 (height, width, 3), scaled when the frame has another size.

        What is transparent is laid over white, as pictures are.
        """
        if not has_alpha(frame):
            return self._convert(frame, width, height, "rgb24")
        rgba = self._convert(frame, width, height, "rgba")
        return over_white(rgba[..., :3], rgba[..., 3:])

    def _convert(self, frame: av.VideoFrame, width: int, height: int, layout: str) -> Pixels:
        converted = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format=layout,
            src_colorspace=MATRICES.get(frame.colorspace, guess_matrix(frame.height)),
            src_color_range=frame.color_range,
            interpolation=ACCURATE,
        )
        return cast(Pixels, np.ascontiguousarray(converted.to_ndarray()))


def has_alpha(frame: av.VideoFrame) -> bool:
    """Whether the pixels of a frame may be transparent: a fourth component, or a palette's."""
    return frame.format.has_palette or any(c.is_alpha for c in frame.format.components)


def is_transparent(frame: av.VideoFrame) -> bool:
    """Whether some pixels of a frame are."""
    if not has_alpha(frame):
        return False
    return bool(frame.reformat(format="rgba").to_ndarray()[..., 3].min() < 255)


class YuvWriter:
    """Turns pixels of one size into frames for an encoder."""

    def __init__(self, height: int, pixel_format: str, tags: ColourTags = UNTAGGED) -> None:
        self._reformatter = VideoReformatter()
        self._is_known = tags.matrix in MATRICES
        self._matrix = MATRICES.get(tags.matrix, guess_matrix(height))
        self._range = ColorRange.JPEG if tags.full_range else ColorRange.MPEG
        self._tags = tags
        self._pixel_format = pixel_format

    def write(self, pixels: Pixels) -> av.VideoFrame:
        """Return a new frame that shares nothing with the RGB uint8 (H, W, 3) pixels."""
        rgb = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        if self._pixel_format in RGB_FORMATS:
            return self._reformatter.reformat(rgb, format=self._pixel_format)
        return self._reformatter.reformat(
            rgb,
            format=self._pixel_format,
            dst_colorspace=self._matrix,
            dst_color_range=self._range,
            interpolation=ACCURATE,
        )

    def tag(self, context: av.VideoCodecContext) -> None:
        """Tag the encoder's stream with the colours that `write` produces.

        Where the original names no primaries and transfer, those of screens: pixels are treated as
        sRGB then.
        """
        if self._pixel_format in RGB_FORMATS:
            return
        is_hd = self._matrix == Colorspace.ITU709
        guessed = H273_BT709 if is_hd else H273_SMPTE170M
        context.colorspace = self._tags.matrix if self._is_known else guessed
        context.color_range = self._range
        context.color_primaries = _known(self._tags.primaries)
        context.color_trc = _known(self._tags.transfer)


def _known(code: int) -> int:
    return code if code > H273_UNSPECIFIED else H273_BT709
