"""Checks of uploaded files by their magic bytes; each returns the largest accepted size."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException

from realtime.reading import HEAD_BYTES, file_kind, is_safetensors
from realtime.studio.settings import Limits

WRONG_KIND = 415
ZIP = b"PK\x03\x04"
"""What torch saves is a ZIP archive."""
MAYBE_FILMS = ("video", "transport stream", "unknown kind", "video or sound file")
UNKNOWN = "a file of unknown kind"


def to_paint(limits: Limits) -> Callable[[bytes], int]:
    """Return the check of photographs and clips (see `uploads.receive`)."""

    def check(beginning: bytes) -> int:
        kind = _kind(beginning)
        if kind.endswith("picture"):
            return limits.picture_bytes
        expected = "a photograph or a clip: JPEG, PNG, MP4, MOV ..."
        return _accepted(kind.endswith(MAYBE_FILMS), kind, expected, limits.upload_bytes)

    return check


def picture(limits: Limits) -> Callable[[bytes], int]:
    """Return the check of paintings, and of photographs to train with."""

    def check(beginning: bytes) -> int:
        kind, expected = _kind(beginning), "a picture: JPEG, PNG or WebP"
        return _accepted(kind.endswith("picture"), kind, expected, limits.picture_bytes)

    return check


def weights(limits: Limits) -> Callable[[bytes], int]:
    """Return the check of VGG's weights."""

    def check(beginning: bytes) -> int:
        fits = beginning.startswith(ZIP) or is_safetensors(beginning[:HEAD_BYTES])
        expected = "weights: a .pth or .safetensors file"
        return _accepted(fits, _kind(beginning), expected, limits.upload_bytes)

    return check


def _kind(beginning: bytes) -> str:
    return file_kind(beginning[:HEAD_BYTES]) or UNKNOWN


def _accepted(fits: bool, kind: str, expected: str, most_bytes: int) -> int:
    if not fits:
        said = f"this is {kind}, expected {expected}"
        raise HTTPException(WRONG_KIND, said, {"connection": "close"})
    return most_bytes
