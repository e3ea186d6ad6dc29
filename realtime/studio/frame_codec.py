"""Encodes and decodes the frames between browser and engine.

Measured in Chromium (`docs/studio.md`): raw pixels, through the VideoFrame of WebCodecs, take a
fraction of the time of JPEG, and a video codec more than either. So on this machine frames travel
raw, and as JPEG to other machines and browsers without WebCodecs.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from realtime.errors import BadInputError
from realtime.frame import MIN_SIDE_PX, Frame, Pixels
from realtime.studio.settings import Limits
from realtime.studio.wire import Coding, Part, Picture

JPEG_QUALITY = 88
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
