"""Takes in files from the page: counted while they come, under our names, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from realtime.errors import BadInputError
from realtime.reading import HEAD_BYTES, is_safetensors, kind_of
from realtime.studio.settings import Limits

CHUNK_BYTES = 2**20
SPARE_BYTES = 256 * 2**20
"""What is left free on the disk, whatever is uploaded."""
ZIP = b"PK\x03\x04"
"""What torch saves is a ZIP archive."""
TOO_LARGE, NO_ROOM, WRONG_KIND = 413, 507, 415


class RefusedError(Exception):
    """An upload that is not taken, with the status of HTTP and a sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def receive(request: Request, path: Path, limits: Limits, *, only: str = "") -> str:
    """Write the body of a request to a file, and return what it is, with its article.

    Args:
        request: Its body is the file.
        path: The file to write; its folder is there.
        limits: The most that is taken.
        only: `picture` or `weights`: nothing else is taken.

    Raises:
        RefusedError: it is too large, of a kind that cannot be painted, or does not fit on the
            disk. What came of it so far is deleted.
        ClientDisconnect: the page was closed meanwhile; likewise.
    """
    _require_room(path, int(request.headers.get("content-length") or 0))
    try:
        with path.open("wb") as file:
            kind, count, most = "", 0, limits.upload_bytes
            async for part in _gathered(request.stream()):
                if not count:
                    kind = _kind(part[:HEAD_BYTES], only)
                    most = limits.picture_bytes if kind.endswith("picture") else most
                count += len(part)
                if count > most:
                    raise RefusedError(TOO_LARGE, _too_large(kind, most))
                await run_in_threadpool(file.write, part)
            if not count:
                raise RefusedError(WRONG_KIND, "the file is empty: choose another")
    except OSError as exc:
        path.unlink(missing_ok=True)
        raise RefusedError(NO_ROOM, f"the disk does not take it: {exc.strerror}") from exc
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return kind


async def _gathered(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Join the small pieces that the network brings."""
    held = bytearray()
    async for part in parts:
        held += part
        if len(held) >= CHUNK_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _kind(head: bytes, only: str) -> str:
    """Say what a file is; refuses what is known to be neither picture nor film."""
    kind = kind_of(head) or "a file of some kind"
    if only == "weights":
        if head.startswith(ZIP) or is_safetensors(head):
            return "weights"
        raise RefusedError(WRONG_KIND, f"this is {kind}, expected weights: a .pth or .safetensors")
    is_picture = kind.endswith("picture")
    may_be_film = kind.endswith(("video", "transport stream", "some kind", "video or sound file"))
    if only and not is_picture:
        raise RefusedError(WRONG_KIND, f"this is {kind}, expected a {only}: JPEG, PNG or WebP")
    if not is_picture and not may_be_film:
        raise RefusedError(
            WRONG_KIND, f"this is {kind}, expected a photograph or a clip: JPEG, PNG, MP4, MOV ..."
        )
    return kind


def _too_large(kind: str, most: int) -> str:
    size = f"{most / 2**30:g} GB" if most >= 2**30 else f"{most / 2**20:g} MB"
    what = "pictures" if kind.endswith("picture") else "clips"
    return (
        f"the file is larger than the {size} that the studio takes for {what}: paint it with "
        + ("pleinair image" if what == "pictures" else "pleinair video")
    )


def _require_room(path: Path, size: int) -> None:
    free = shutil.disk_usage(path.parent).free
    # A painting is about as large as its original.
    if 2 * size + SPARE_BYTES > free:
        raise RefusedError(
            NO_ROOM,
            f"the disk has {free / 2**30:.1f} GB left, too little for this file and its painting: "
            "make room, or open the studio with another --folder",
        )


def require_declared(request: Request, limits: Limits) -> None:
    """Refuse what says itself that it is too large, before a byte of it is read.

    Raises:
        RefusedError: it does.
    """
    size = request.headers.get("content-length") or "0"
    if not size.isdecimal():
        raise BadInputError("the length of the upload is not understood")
    if int(size) > limits.upload_bytes:
        raise RefusedError(TOO_LARGE, _too_large("", limits.upload_bytes))
