"""Where pleinair keeps things between runs, and how a file is written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from realtime.errors import BadInputError


def data_folder() -> Path:
    """Return the folder of what the user made; it need not exist."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "pleinair"


def cache_folder() -> Path:
    """Return the folder of what can be made again at any time; it need not exist."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "pleinair"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically: under its final name it is whole, or as it was before.

    Raises:
        BadInputError: the disk does not take it; nothing is left behind.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        os.replace(partial, path)
    except OSError as exc:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise BadInputError(f"cannot write {path}: {exc.strerror}") from exc


def keep(path: Path, data: bytes) -> None:
    """Write a cache file. A cache that cannot be written is no error, only slower."""
    with suppress(BadInputError):
        write_whole(path, data)
