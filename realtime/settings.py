"""Settings of a run, validated once and frozen. Built by the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from realtime.errors import BadInputError

if TYPE_CHECKING:
    from realtime.ports import Size  # brings numpy, which `pleinair --help` does without

MAX_SIDE_PX = 16384
Stroke = float | Literal["native"]


FASTEST = "fastest"
"""Asked for instead of a precision: as `auto`, but int8 where that is much faster."""


@dataclass(frozen=True, kw_only=True)
class PaintSettings:
    """How to paint: common to every command."""

    style: str | None = None
    """A style name, the file of a painting, a mix `NAME:WEIGHT,NAME:WEIGHT`, or None for the
    bundle's usual one."""
    bundle: str | None = None
    """Name or path of a style bundle; None looks through all."""
    strength: float = 1.0
    stroke: Stroke = 1.0
    """Size of the strokes, 0.5 to 2, in shares of the picture; or `native`, on its own pixels."""
    keep_colours: bool = False
    """Take only light and dark from the painting."""
    engine: str = "auto"
    device: str = "auto"
    precision: str = "auto"
    size: Size | None = None
    """Live: what the camera is asked for. Files: pictures are scaled to fit inside."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise BadInputError(f"strength must be between 0 and 1, got {self.strength:g}")
        _require_stroke(self.stroke)


@dataclass(frozen=True, kw_only=True)
class LiveSettings(PaintSettings):
    """A live run: from a source that does not wait to a sink that shows."""

    precision: str = FASTEST
    source: str = "camera"
    sink: str = "window"
    out: Path | None = None
    """File for a sink that writes one."""
    overwrite: bool = False
    """Replace a file that pleinair did not write."""
    rate_fps: float | None = None
    seconds: float | None = None
    """End after this long; None runs until the source ends or the user quits."""
    live_strength: float | None = None
    """None: as in the last session."""
    live_stroke: Stroke | None = None
    live_keep_colours: bool | None = None
    mirror: bool | None = None
    """None: as in the last session."""
    overlay: bool | None = None
    snapshots: Path = Path()
    """Folder for snapshots and recordings."""
    loop: bool = False
    """Play a file again and again."""
    hold_fps: float | None = None
    """Lower the quality as far as needed to hold this rate."""
    latency_ms: float | None = None
    """Likewise: from capture to shown."""
    denoise: bool = True
    """Denoise noisy frames before they are painted."""
    virtual_camera: bool = False
    microphone: str | None = None
    """Microphone of recordings; None: none, unless a key turns it on."""
    remembers: bool = True
    """Restore the state of the last session, and save that of this one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.live_strength is not None and not 0.0 <= self.live_strength <= 1.0:
            raise BadInputError(f"strength must be between 0 and 1, got {self.live_strength:g}")
        if self.live_stroke is not None:
            _require_stroke(self.live_stroke)
        above_zero = {
            "seconds": self.seconds, "rate": self.rate_fps, "fps": self.hold_fps,
            "latency": self.latency_ms,
        }  # fmt: skip
        for name, value in above_zero.items():
            if value is not None and not value > 0:
                raise BadInputError(f"{name} must be above 0, got {value:g}")


def parse_stroke(text: str | float) -> Stroke:
    """Read `1.5` as a number and `native` as it is; BadInputError when it is neither."""
    if text == "native":
        return "native"
    try:
        return float(text)
    except ValueError:
        raise BadInputError(
            f"stroke {text!r} not understood: expected a number from 0.5 to 2, or native"
        ) from None


def _require_stroke(stroke: Stroke) -> None:
    if stroke != "native" and not 0.5 <= stroke <= 2.0:
        raise BadInputError(f"stroke must be between 0.5 and 2, or native, got {stroke:g}")


def parse_size(text: str) -> Size:
    """Read `640x480` as (640, 480); raises BadInputError when it cannot be one."""
    from realtime.frame import MIN_SIDE_PX  # brings numpy, which `pleinair --help` does without

    match = re.fullmatch(r"\s*(\d{1,6})\s*[xX]\s*(\d{1,6})\s*", text)
    if not match:
        raise BadInputError(f"size {text!r} not understood: expected WIDTHxHEIGHT, as in 640x480")
    width, height = int(match[1]), int(match[2])
    if not MIN_SIDE_PX <= min(width, height) <= max(width, height) <= MAX_SIDE_PX:
        raise BadInputError(
            f"size {width}x{height} is out of range: "
            f"each side must be {MIN_SIDE_PX} to {MAX_SIDE_PX} px"
        )
    return width, height
