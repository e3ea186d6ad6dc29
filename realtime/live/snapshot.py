"""A snapshot: the picture and its painting, side by side in a file."""

from __future__ import annotations

from pathlib import Path

from realtime import overlay
from realtime.folders import replace_whole
from realtime.live.recording import stamp
from realtime.pipeline import Shown
from realtime.sinks.images_sink import encode


def save_snapshot(folder: Path, shown: Shown) -> str:
    """Save both pictures, and return where, or why not: a full disk ends no show."""
    path = folder / f"pleinair-{stamp()}.png"
    both = overlay.joined(shown.original, shown.painted)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, encode(both, ".png"))
    except OSError as exc:
        return f"the snapshot {path} could not be saved: {exc.strerror}"
    return f"saved {path}"
