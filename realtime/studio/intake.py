"""What is taken in of files that are dropped on the page, by what their beginning says they are."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException

from realtime.reading import HEAD_BYTES, is_safetensors, kind_of
from realtime.studio.settings import Limits

WRONG_KIND = 415
ZIP = b"PK\x03\x04"
"""What torch saves is a ZIP archive."""
MAYBE_FILMS = ("video", "transport stream", "some kind", "video or sound file")
UNKNOWN = "a file of some kind"


def to_paint(limits: Limits) -> Callable[[bytes], int]:
    """Return what judges photographs and clips (see `uploads.receive`)."""

    def judge(beginning: bytes) -> int:
        kind = kind_of(beginning[:HEAD_BYTES]) or UNKNOWN
        if kind.endswith("picture"):
            return limits.picture_bytes
        if not kind.endswith(MAYBE_FILMS):
            raise _refused(kind, "a photograph or a clip: JPEG, PNG, MP4, MOV ...")
        return limits.upload_bytes

    return judge


def picture(limits: Limits) -> Callable[[bytes], int]:
    """Return what judges paintings, and photographs to practise on."""

    def judge(beginning: bytes) -> int:
        kind = kind_of(beginning[:HEAD_BYTES]) or UNKNOWN
        if not kind.endswith("picture"):
            raise _refused(kind, "a picture: JPEG, PNG or WebP")
        return limits.picture_bytes

    return judge


def weights(limits: Limits) -> Callable[[bytes], int]:
    """Return what judges VGG's weights."""

    def judge(beginning: bytes) -> int:
        head = beginning[:HEAD_BYTES]
        if not (head.startswith(ZIP) or is_safetensors(head)):
            raise _refused(kind_of(head) or UNKNOWN, "weights: a .pth or .safetensors file")
        return limits.upload_bytes

    return judge


def _refused(kind: str, expected: str) -> HTTPException:
    said = f"this is {kind}, expected {expected}"
    return HTTPException(WRONG_KIND, said, {"connection": "close"})
