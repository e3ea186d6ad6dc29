"""Files that the page sends: streamed to a name of ours, no larger than may be."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request


async def receive(request: Request, target: Path, most_bytes: int) -> int:
    """Write the body of a request into a file; returns its length in bytes.

    The name is the caller's, never the page's. What cannot be taken whole is removed.

    Raises:
        HTTPException: it is too large, empty, or the page went away.
    """
    said = request.headers.get("content-length", "")
    length = 0
    try:
        if said.isdigit() and int(said) > most_bytes:
            raise _too_large(most_bytes)
        with target.open("wb") as file:
            async for chunk in request.stream():
                length += len(chunk)
                if length > most_bytes:
                    raise _too_large(most_bytes)
                file.write(chunk)
        if not length:
            raise HTTPException(400, "the file is empty")
    except ClientDisconnect:
        target.unlink(missing_ok=True)
        raise HTTPException(400, "the page went away before the file was here") from None
    except (HTTPException, OSError):
        target.unlink(missing_ok=True)
        raise
    return length


def _too_large(most_bytes: int) -> HTTPException:
    return HTTPException(413, f"the file is larger than {most_bytes / 2**20:.0f} MB, which is the "
                         "most that the studio takes")  # fmt: skip
