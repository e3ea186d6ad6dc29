from __future__ import annotations

import cv2
import numpy as np
import pytest

from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.studio.browser import BrowserSource
from realtime.studio.settings import Limits
from realtime.studio.wire import HEADER, Coding, Part, Picture, decode_frame, encode_frame, to_jpeg
from tests.helpers import quadrant_card

LIMITS = Limits()


def sent(
    coding: Coding, data: bytes, *, size: tuple[int, int] = (64, 48), index: int = 0
) -> Picture:
    width, height = size
    return Picture(
        coding=coding, part=Part.ORIGINAL, width=width, height=height, index=index, data=data
    )


@pytest.mark.parametrize("raw", [True, False])
def test_a_painting_comes_through(raw: bool) -> None:
    card = quadrant_card()
    message = encode_frame(Frame(card, 7, 0.2), Part.PAINTING, raw=raw).to_bytes()
    picture = Picture.from_bytes(message)
    assert (picture.part, picture.index, picture.width, picture.height) == (0, 7, 64, 48)
    assert picture.coding is (Coding.I420 if raw else Coding.JPEG)
    back = decode_frame(picture, LIMITS).astype(int)
    inside = np.s_[4:20, 4:28]  # colours are at half the size: not at the borders
    assert np.abs(back[inside] - card[inside]).max() < 6


def test_odd_sizes_travel_as_jpeg() -> None:
    picture = encode_frame(Frame(quadrant_card(65, 49), 0, 0.0), Part.PAINTING, raw=True)
    assert picture.coding is Coding.JPEG
    assert decode_frame(picture, LIMITS).shape == (49, 65, 3)


def test_all_that_browsers_send_is_understood() -> None:
    card = quadrant_card()
    rgbx = sent(Coding.RGBX, cv2.cvtColor(card, cv2.COLOR_RGB2RGBA).tobytes())
    assert np.array_equal(decode_frame(rgbx, LIMITS), card)
    planes = cv2.cvtColor(card, cv2.COLOR_RGB2YUV_I420)
    colours = planes[48:].reshape(2, -1)  # U, then V
    turns = np.concatenate([planes[:48].ravel(), colours.T.ravel()]).tobytes()
    assert np.array_equal(
        decode_frame(sent(Coding.NV12, turns), LIMITS),
        decode_frame(sent(Coding.I420, planes.tobytes()), LIMITS),
    )


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (sent(Coding.I420, b"short"), "expected 4608"),
        (sent(Coding.I420, bytes(65 * 48), size=(65, 48)), "expected"),
        (sent(Coding.RGBX, b"", size=(8, 8)), "no camera has that size"),
        (sent(Coding.RGBX, b"", size=(65535, 65535)), "no camera has that size"),
        (sent(Coding.JPEG, b"\xff\xd8nothing"), "is not a JPEG"),
        (sent(Coding.JPEG, to_jpeg(quadrant_card(32, 32))), "32x32 pixels in a message of 64x48"),
        (sent(Coding.JPEG, to_jpeg(quadrant_card())[:200]), "JPEG"),
    ],
)
def test_what_is_no_frame_is_refused(picture: Picture, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        decode_frame(picture, LIMITS)


@pytest.mark.parametrize("message", [b"", b"short", HEADER.pack(9, 0, 1, 1, 0, 0)])
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(BadInputError, match="not a picture"):
        Picture.from_bytes(message)


def test_a_source_gives_the_newest_frame_and_leaves_out_what_is_none() -> None:
    source = BrowserSource((64, 48), 30.0, LIMITS)
    frames = iter(source)
    good = cv2.cvtColor(quadrant_card(), cv2.COLOR_RGB2RGBA).tobytes()
    source.put(sent(Coding.RGBX, good, index=1))
    source.put(sent(Coding.RGBX, good, index=3))
    assert next(frames).index == 3
    assert source.replaced == 1
    source.put(sent(Coding.RGBX, good, index=2))  # late
    source.close()
    assert list(frames) == []
