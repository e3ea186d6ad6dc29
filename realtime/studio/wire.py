"""Binary messages of the WebSocket: a header of 24 bytes, then pixels, coded or raw.

The header is little-endian: how the pixels are coded (1 byte), what they are (1), width (2),
height (2), the version of the wall (2), the frame's index or the number of the style (4), 12 bytes
unused, so that pixels begin at a multiple of 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from realtime.errors import BadInputError

HEADER = struct.Struct("<BBHHHI12x")


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
