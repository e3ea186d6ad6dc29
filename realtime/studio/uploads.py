"""Receives uploaded files: streamed to disk, limited in size."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

CHUNK_BYTES = 2**20
SPARE_BYTES = 256 * 2**20
"""What is left free on the disk, whatever is uploaded."""
HANG_UP = {"connection": "close"}
"""Sent with a refusal: the rest of the file is not read."""


async def receive(
    request: Request, target: Path, most_bytes: int, check: Callable[[bytes], int] | None = None
) -> int:
    """Write the body of a request into a file; returns its length in bytes.

    The name is the caller's, never the page's. An incomplete file is deleted.

    Args:
        request: Its body is the file.
        target: The file to write; its folder is there.
        most_bytes: The largest size that is accepted.
        check: Given the first bytes, returns the largest size for such a file, or refuses it.

    Raises:
        HTTPException: it is too large, empty, does not fit on the disk, or the page went away.
    """
    _require_room(request, target, most_bytes)
    length = 0
    try:
        with target.open("wb") as file:
            async for chunk in _gathered(request.stream()):
                if not length and check is not None:
                    most_bytes = min(most_bytes, check(chunk))
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
    return length


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
