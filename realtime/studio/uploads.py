"""Receives uploaded files: checked by their magic bytes, streamed to disk, limited in size."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from realtime.reading import HEAD_BYTES, file_kind, is_safetensors
from realtime.studio.settings import Limits

CHUNK_BYTES = 2**20
SPARE_BYTES = 256 * 2**20
"""What is left free on the disk, whatever is uploaded."""
HANG_UP = {"connection": "close"}
"""Sent with a refusal: the rest of the file is not read."""
WRONG_KIND = 415
ZIP = b"PK\x03\x04"
"""What torch saves is a ZIP archive."""
MAYBE_FILMS = ("video", "transport stream", "unknown kind", "video or sound file")
Check = Callable[[bytes, Limits], int]
"""Given the first bytes of a file, returns the largest size for such a file, or refuses it."""


def check_to_paint(head: bytes, limits: Limits) -> int:
    """Check a photograph or a clip."""
    kind = _kind(head)
    if kind.endswith("picture"):
        return limits.picture_bytes
    expected = "a photograph or a clip: JPEG, PNG, MP4, MOV ..."
    return _accepted(kind.endswith(MAYBE_FILMS), kind, expected, limits.upload_bytes)


def check_picture(head: bytes, limits: Limits) -> int:
    """Check a painting, or a photograph to train with."""
    kind, expected = _kind(head), "a picture: JPEG, PNG or WebP"
    return _accepted(kind.endswith("picture"), kind, expected, limits.picture_bytes)


def check_weights(head: bytes, limits: Limits) -> int:
    """Check VGG's weights."""
    fits = head.startswith(ZIP) or is_safetensors(head[:HEAD_BYTES])
    expected = "weights: a .pth or .safetensors file"
    return _accepted(fits, _kind(head), expected, limits.upload_bytes)


def _kind(head: bytes) -> str:
    return file_kind(head[:HEAD_BYTES]) or "a file of unknown kind"


def _accepted(fits: bool, kind: str, expected: str, most_bytes: int) -> int:
    if not fits:
        raise HTTPException(WRONG_KIND, f"this is {kind}, expected {expected}", HANG_UP)
    return most_bytes


async def receive(
    request: Request, target: Path, limits: Limits, check: Check | None = None
) -> None:
    """Write the body of a request into a file.

    The name is the caller's, never the page's. An incomplete file is deleted.

    Args:
        request: Its body is the file.
        target: The file to write; its folder is there.
        limits: The largest sizes that are accepted.
        check: For the kind of file that is expected; None: a recording.

    Raises:
        HTTPException: it is too large, empty, does not fit on the disk, or the page went away.
    """
    most_bytes = limits.recording_bytes if check is None else limits.upload_bytes
    _require_room(request, target, most_bytes)
    length = 0
    try:
        with target.open("wb") as file:
            async for chunk in _gathered(request.stream()):
                if not length and check is not None:
                    most_bytes = min(most_bytes, check(chunk, limits))
                length += len(chunk)
                if length > most_bytes:
                    raise _too_large(most_bytes)
                await run_in_threadpool(file.write, chunk)
        if not length:
            raise HTTPException(400, "the file is empty")
    except ClientDisconnect:
        target.unlink(missing_ok=True)
        raise HTTPException(400, "the page disconnected during the upload") from None
    except OSError as exc:
        target.unlink(missing_ok=True)
        raise HTTPException(507, f"the file could not be written: {exc.strerror}", HANG_UP) from exc
    except BaseException:
        target.unlink(missing_ok=True)
        raise


async def _gathered(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Join small chunks into larger ones."""
    held = bytearray()
    async for part in parts:
        held += part
        if len(held) >= CHUNK_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _require_room(request: Request, target: Path, most_bytes: int) -> None:
    """Refuse a file by its Content-Length, before a byte of it is read."""
    said = request.headers.get("content-length", "")
    length = int(said) if said.isdigit() else 0
    if length > most_bytes:
        raise _too_large(most_bytes)
    free = shutil.disk_usage(target.parent).free
    if 2 * length + SPARE_BYTES > free:  # what is made of it is about as large
        raise HTTPException(
            507,
            f"the disk has {free / 2**30:.1f} GB left, too little for this file and what is made "
            "of it: make room, or open the studio with another --folder",
            HANG_UP,
        )


def _too_large(most_bytes: int) -> HTTPException:
    size = f"{most_bytes / 2**30:g} GB" if most_bytes >= 2**30 else f"{most_bytes / 2**20:g} MB"
    return HTTPException(
        413, f"the file is larger than {size}, the limit of the studio for such files", HANG_UP
    )
