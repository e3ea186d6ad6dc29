"""Data and cache folders; atomic file writing."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

from realtime.errors import BadInputError
from realtime.naming import resolve_link, truncate_name


def data_folder() -> Path:
    """Return the folder for the user's data; it need not exist."""
    return _folder("data", ".local/share")


def cache_folder() -> Path:
    """Return the cache folder; it need not exist."""
    return _folder("cache", ".cache")


def _folder(kind: Literal["data", "cache"], below: str) -> Path:
    try:
        from platformdirs import PlatformDirs  # missing on GPU machines with PyTorch alone

        system = PlatformDirs("pleinair", appauthor=False)
        found = system.user_data_path if kind == "data" else system.user_cache_path
    except (ModuleNotFoundError, RuntimeError):  # the latter: no HOME, or an unknown user
        return _for_this_run() / below / "pleinair"
    if kind == "data" and sys.platform != "linux" and "XDG_DATA_HOME" not in os.environ:
        # The folder of earlier versions, on every system.
        before = Path.home() / below / "pleinair"
        return before if before.is_dir() and not found.exists() else found
    return found


@cache
def _for_this_run() -> Path:
    """Make a private temporary folder, removed at exit."""
    folder = tempfile.mkdtemp(prefix="pleinair-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def usable_cache(name: str) -> Path | None:
    """Return a writable folder below the cache folder; None: there is none."""
    folder = cache_folder() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def replace_whole(path: Path, data: bytes) -> None:
    """Write a file atomically: under its final name it is whole, or as it was before.

    Whether a file may be replaced is not asked here: `sinks.outputs` does, before any work. A
    link is followed.

    Raises:
        OSError: the disk does not take it; nothing is left behind.
    """
    target = resolve_link(path)
    partial = target.with_name(truncate_name(target.name, f".{os.getpid()}.partial"))
    try:
        partial.write_bytes(data)
        os.replace(partial, target)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Write a file as `replace_whole` does; makes its folder if there is none.

    Raises:
        BadInputError: the disk does not take it; nothing is left behind.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, data)
    except OSError as exc:
        raise BadInputError(f"cannot write {path}: {exc.strerror}") from exc


def write_cache(path: Path, data: bytes) -> None:
    """Write a cache file. A cache that cannot be written is no error, only slower."""
    with suppress(BadInputError):
        write_whole(path, data)
