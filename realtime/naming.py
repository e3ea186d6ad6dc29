"""File names: truncated to the longest that disks allow, and made unique."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

LONGEST_BYTES = 255
"""What Linux, macOS and Windows take at least (82 Japanese characters are 246)."""
DIGITS = 6


def truncate_name(stem: str, tail: str) -> str:
    """Return `stem + tail`, truncated and made unique if it is too long for a disk.

    Args:
        stem: May be truncated; a digest then keeps it distinct.
        tail: Is kept, unless it is too long alone: then only its suffix is kept.
    """
    name = stem + tail
    if _length(name) <= LONGEST_BYTES:
        return name
    mark = "~" + hashlib.sha256(os.fsencode(name)).hexdigest()[:DIGITS]
    if _length(tail) > LONGEST_BYTES - 64:
        stem, tail = name, Path(name).suffix[:16]
    while _length(stem + mark + tail) > LONGEST_BYTES:
        stem = stem[:-1]
    return stem + mark + tail


def _length(name: str) -> int:
    return len(os.fsencode(name))


def make_unique(paths: Sequence[Path]) -> list[Path]:
    """Number paths that occur more than once: `a.jpg`, `a-2.jpg`, `a-3.jpg`.

    Names that differ in upper and lower case only are one name on many disks. The same paths in
    the same order give the same names.
    """
    wanted = {_key(path) for path in paths}
    given: set[str] = set()
    apart = []
    for path in paths:
        free, number = path, 1
        while _key(free) in given or (number > 1 and _key(free) in wanted):
            number += 1
            free = path.with_name(truncate_name(path.stem, f"-{number}{path.suffix}"))
        given.add(_key(free))
        apart.append(free)
    return apart


def _key(path: Path) -> str:
    """Return a key that is equal for two paths that may be one file."""
    folder = os.path.realpath(path.parent)
    return unicodedata.normalize("NFC", f"{folder}{os.sep}{path.name}").casefold()


def resolve_link(path: Path) -> Path:
    """Return the target of a symbolic link, whether it exists or not; other paths unchanged."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path
