"""What a live session needs of the world around it, which it does not know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from realtime.clockwork import Clock, monotonic
from realtime.frame import Frame, Pixels
from realtime.live.ear import Ear
from realtime.live.quality_controller import QualityController
from realtime.look import Look
from realtime.ports import Size


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a session needs of the world around it."""

    snapshots: Path
    """Folder for snapshots and recordings."""
    seconds: float | None = None
    """End after this long."""
    tell: Callable[[str], None] = lambda message: None
    """Told where files went, in words."""
    fullscreen: Callable[[bool], None] = lambda on: None
    """Called when the user wants the window full or back."""
    waiting_for: Callable[[], str] = lambda: ""
    """What the session waits for, in words for the user; empty: nothing."""
    redraws: bool = False
    """Whether pictures are drawn again while the camera gives none: for windows, not for files."""
    canvas: Callable[[], Size | None] = lambda: None
    """Width and height in pixels of what is shown on; None: those of the frame itself."""
    previews: Callable[[], Sequence[Pixels | None]] = tuple
    """A small picture of every style, as far as they are painted, for the strip."""
    repaint: Callable[[Look], Frame | None] = lambda look: None
    """Paints the frozen frame while the source gives none; None: not now."""
    first_painted: Callable[[], int | None] = lambda: 0
    """Index of the first frame that the engine painted; None before that."""
    controller: QualityController | None = None
    ear: Ear | None = None
    """The microphone for recordings; None: they have no sound."""
    clock: Clock = monotonic
