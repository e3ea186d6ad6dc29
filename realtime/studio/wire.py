"""Frames on the WebSocket, in both directions: a header of 24 bytes, then pixels, coded or raw.

The header is little-endian: how the pixels are coded (1 byte), what they are (1), width (2),
height (2), the version of the wall (2), the frame's index or the number of the style (4), 12 bytes
unused, so that pixels begin at a multiple of 8.

Measured in Chromium (`docs/studio.md`): raw pixels, through the VideoFrame of WebCodecs, take a
fraction of the time of JPEG, and a video codec more than either. So on this machine frames travel
raw, and as JPEG to other machines and browsers without WebCodecs.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from PIL import Image

from realtime.errors import BadInputError
from realtime.frame import MIN_SIDE_PX, Frame, Pixels
from realtime.studio.settings import Limits

HEADER = struct.Struct("<BBHHHI12x")
JPEG_QUALITY = 88


class Coding(IntEnum):
    """How pixels are coded."""

    JPEG = 0
    I420 = 1
    """Planes of Y, U, V, BT.601, limited range, 4:2:0."""
    NV12 = 2
    """The same with U and V interleaved."""
    RGBX = 3


class Part(IntEnum):
    """What a picture is."""

    PAINTING = 0
    ORIGINAL = 1
    WALL = 2
    """A style over a small picture of what the camera sees."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A message: a coded picture and what it is."""

    coding: Coding
    part: Part
    width: int
    height: int
    index: int
    """Of the frame, as its source counts; of a picture of the wall, its place there."""
    version: int = 0
    """Of the wall's list of styles, that the index is of."""
    data: bytes | memoryview

    def to_bytes(self) -> bytes:
        """Return the message."""
        head = HEADER.pack(
            self.coding, self.part, self.width, self.height, self.version % 2**16, self.index
        )
        return b"".join((head, self.data))

    @classmethod
    def from_bytes(cls, message: bytes) -> Picture:
        """Parse a message; raises BadInputError if it is not valid."""
        try:
            coding, part, width, height, version, index = HEADER.unpack_from(message)
            return cls(
                coding=Coding(coding), part=Part(part), width=width, height=height,
                version=version, index=index, data=memoryview(message)[HEADER.size :],
            )  # fmt: skip
        except (struct.error, ValueError) as exc:
            raise BadInputError(f"a message of {len(message)} bytes that is not a picture") from exc


BYTES_PER_PIXEL = {Coding.I420: 1.5, Coding.NV12: 1.5, Coding.RGBX: 4.0}


def decode_frame(picture: Picture, limits: Limits) -> Pixels:
    """Return the pixels of a frame that a browser sent, RGB uint8 (H, W, 3).

    Raises:
        BadInputError: they do not fit the header, or are too many.
    """
    width, height = picture.width, picture.height
    if min(width, height) < MIN_SIDE_PX or width * height > limits.frame_px:
        raise BadInputError(f"a frame of {width}x{height} pixels: no camera has that size")
    if picture.coding is Coding.JPEG:
        return _from_jpeg(bytes(picture.data), (width, height))
    expected = int(width * height * BYTES_PER_PIXEL[picture.coding])
    halves = picture.coding is not Coding.RGBX and (width % 2 or height % 2)
    if len(picture.data) != expected or halves:
        raise BadInputError(
            f"a frame of {width}x{height} pixels in {len(picture.data)} bytes of "
            f"{picture.coding.name}: expected {expected}"
        )
    data = np.frombuffer(picture.data, np.uint8)
    if picture.coding is Coding.RGBX:
        return _uint8(cv2.cvtColor(data.reshape(height, width, 4), cv2.COLOR_RGBA2RGB))
    code = cv2.COLOR_YUV2RGB_I420 if picture.coding is Coding.I420 else cv2.COLOR_YUV2RGB_NV12
    return _uint8(cv2.cvtColor(data.reshape(height * 3 // 2, width), code))


def encode_frame(frame: Frame, part: Part, *, raw: bool) -> Picture:
    """Encode a frame: raw if that is wanted and possible (`raw`, even sides), else as JPEG."""
    if raw and frame.width % 2 == 0 and frame.height % 2 == 0:
        coding = Coding.I420
        data = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2YUV_I420).tobytes()
    else:
        coding, data = Coding.JPEG, to_jpeg(frame.pixels)
    return Picture(
        coding=coding, part=part, width=frame.width, height=frame.height,
        index=frame.index % 2**32, data=data,
    )  # fmt: skip


def to_jpeg(pixels: Pixels) -> bytes:
    """Return RGB uint8 (H, W, 3) as a JPEG."""
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert done  # into memory, at sizes that JPEG knows
    return data.tobytes()


def _from_jpeg(data: bytes, size: tuple[int, int]) -> Pixels:
    """Decode after checking the size: a small file may claim to be a huge picture."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as head:
            own = head.size
    except Exception as exc:  # whatever a parser throws
        raise BadInputError("a frame that is not a JPEG") from exc
    if own != size:
        raise BadInputError(
            f"a frame of {own[0]}x{own[1]} pixels in a message of {size[0]}x{size[1]}"
        )
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise BadInputError("a JPEG frame that cannot be decoded")
    return _uint8(pixels)


def _uint8(pixels: cv2.typing.MatLike) -> Pixels:
    return np.ascontiguousarray(pixels, np.uint8)
