"""Sources of frames: one file per source.

Each `x_source.py` has `open_source(address, *, size, rate_fps)`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from realtime import plugins
from realtime.media.formats import is_still
from realtime.ports import Size, Source


def names() -> tuple[str, ...]:
    """List the sources."""
    return plugins.names(sys.modules[__name__], "source")


def open_source(address: str, *, size: Size | None = None, rate_fps: float | None = None) -> Source:
    """Open a source by its address.

    Args:
        address: `camera`, `camera:0`, `camera:NAME`, `synthetic`, `video:clip.mp4`,
            `images:folder`, `screen`; the address of a stream (`rtsp://`, `http://`); or the path
            of a video, a picture or a folder of pictures.
        size: What a camera or the landscape is asked for; files keep their own size.
        rate_fps: Likewise.
    """
    name, _, rest = address.partition(":")
    if "://" in address and not address.startswith("stream:"):
        name, rest = "stream", address
    path = Path(address)
    # What looks like a path is one, so that a missing file is told as such.
    if name not in names() and (path.exists() or path.suffix or len(path.parts) > 1):
        name, rest = "images" if path.is_dir() or is_still(path) else "video", address
    module = plugins.load(sys.modules[__name__], "source", name)
    source: Source = module.open_source(rest, size=size, rate_fps=rate_fps)
    return source


def files_of(address: str) -> tuple[Path, ...]:
    """Return the existing files that an address names: they are inputs."""
    if "://" in address:
        return ()
    name, colon, rest = address.partition(":")
    given = [address, rest if colon and name in names() else ""]
    paths = [Path(path) for text in given for path in (text, *text.split(os.pathsep)) if path]
    return tuple(path for path in paths if path.is_file())
