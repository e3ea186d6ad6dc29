"""Sinks of frames: one file per sink. Each `x_sink.py` has `open_sink(options)`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from realtime import plugins
from realtime.ports import Sink, Size
from realtime.provenance import MARK
from realtime.sound import SoundReader


@dataclass(frozen=True, kw_only=True)
class SinkOptions:
    """Options of all sinks; each uses those that concern it."""

    path: Path | None = None
    """File or folder to write."""
    rate_fps: float = 30.0
    """Nominal rate of the frames to come; their own times decide."""
    inputs: tuple[Path, ...] = ()
    """The files that the frames come from: never overwritten."""
    overwrite: bool = False
    """Replace files that pleinair did not write."""
    note: str = MARK
    """What pictures say of themselves, see `realtime.provenance`."""
    names: tuple[str, ...] = ()
    """File names for the images sink, one per frame."""
    read_sound: SoundReader | None = None
    """Where the sound of a recording comes from, on the clock of its frames; None: it has none."""
    title: str = "pleinair"
    """Window title."""
    size: Size | None = None
    """Width and height in pixels that a window opens at; None: as its first frame."""


def names() -> tuple[str, ...]:
    """List the sinks."""
    return plugins.names(sys.modules[__name__], "sink")


def open_sink(name: str, options: SinkOptions | None = None) -> Sink:
    """Open a sink by name: `window`, `video`, `images`, `null`."""
    module = plugins.load(sys.modules[__name__], "sink", name)
    sink: Sink = module.open_sink(options or SinkOptions())
    return sink
