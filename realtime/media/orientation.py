"""Orientation by the display matrix, which telephones write instead of turning the picture."""

from __future__ import annotations

import struct
from typing import cast

import av
import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type

from realtime.frame import Pixels

Matrix = tuple[int, int, int, int]
"""a, b, c, d of x' = a x + c y, y' = b x + d y; only the signs and which are largest matter."""

UPRIGHT: Matrix = (1, 0, 0, 1)


def side_data(frame: av.VideoFrame, kind: Type) -> bytes:
    """Return what is stored beside a decoded frame; empty: nothing of that kind."""
    try:
        # PyAV's annotation knows one kind of side data only.
        return bytes(cast(SideDataContainer, frame.side_data)[kind])
    except KeyError:
        return b""


def display_matrix(frame: av.VideoFrame) -> Matrix:
    """Return the matrix of a decoded frame, `UPRIGHT` when it has none."""
    if not (stored := side_data(frame, Type.DISPLAYMATRIX)):
        return UPRIGHT
    a, b, _, c, d = struct.unpack("=5i", stored[:20])
    return a, b, c, d


def is_sideways(matrix: Matrix) -> bool:
    """Whether width and height change places."""
    a, b, _, _ = matrix
    return abs(b) > abs(a)


def turn_upright(pixels: Pixels, matrix: Matrix) -> Pixels:
    """Rotate by quarter turns and mirror to upright; C-contiguous.

    Other angles are rounded to the nearest quarter turn.
    """
    a, b, c, d = matrix
    if is_sideways(matrix):
        pixels, right, down = pixels.swapaxes(0, 1), c, b
    else:
        right, down = a, d
    return np.ascontiguousarray(pixels[:: _step(down), :: _step(right)])


def _step(factor: int) -> int:
    return -1 if factor < 0 else 1
