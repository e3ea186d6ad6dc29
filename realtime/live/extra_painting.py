"""What a live session has painted besides the newest frame: a frozen one, and all styles, small."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.ports import Engine
from realtime.resize import fit

PREVIEW_PX = (320, 240)
"""Previews are painted within this size and shown smaller: strokes look about as in the picture."""
RECENT = 6
"""More frames than are on their way between the engine and the window."""


class ExtraPainting:
    """Paints the frozen frame instead of the newest, and one small preview a frame while wanted.

    Args:
        engine: Paints all of it.
        frozen: The frame that is held, as it came from the source; None: none is.
        wants_previews: Whether the previews are looked at.
    """

    def __init__(
        self, engine: Engine, frozen: Callable[[], Frame | None], wants_previews: Callable[[], bool]
    ) -> None:
        self._engine, self._frozen, self._wants_previews = engine, frozen, wants_previews
        self.name, self.styles = engine.name, engine.styles
        self.previews: list[Pixels | None] = [None] * len(engine.styles)
        """The last preview of every style, RGB uint8 (H, W, 3); None where there is none yet."""
        self._next = 0
        self._busy = threading.Lock()
        """Engines are called from one thread at a time."""
        self._recent: deque[Frame] = deque(maxlen=RECENT)
        self._held: Frame | None = None
        self._painting: tuple[Look, Frame] | None = None
        """Of the held frame."""

    @property
    def description(self) -> str:
        """What the engine inside runs on."""
        return self._engine.description

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint this frame or the frozen one, whose index tells (see `ports.Engine`)."""
        with self._busy:
            self._recent.append(frame)
            frozen = self._frozen()
            if frozen is None:
                self._held = self._painting = None
                painted = self._engine.stylize(frame, look)
            else:
                painted = self._paint_held(frozen, look)
            if self._wants_previews():
                self._paint_preview(frame, look)
            return painted

    def repaint(self, look: Look) -> Frame | None:
        """Paint the frozen frame though no frame comes; None: none is frozen, or it is being done.

        May be called from another thread than `stylize`, and does not wait for it.
        """
        frozen = self._frozen()
        if frozen is None or not self._busy.acquire(blocking=False):
            return None
        try:
            return self._paint_held(frozen, look)
        finally:
            self._busy.release()

    def paint_beside(self, frame: Frame, look: Look) -> Frame:
        """Paint any other picture, from any thread: waits until none is being painted."""
        with self._busy:
            return self._engine.stylize(frame, look)

    def close(self) -> None:
        """Close the engine inside."""
        self._engine.close()

    def _paint_held(self, frozen: Frame, look: Look) -> Frame:
        if self._held is None or self._held.index != frozen.index:
            # As it came to this engine: perhaps with less noise than as the source gave it.
            same = (frame for frame in self._recent if frame.index == frozen.index)
            self._held, self._painting = next(same, frozen), None
        if self._painting is None or self._painting[0] != look:
            painted = self._engine.stylize(self._held, look)
            if painted is self._held:  # the engine is not ready yet, or the strength is 0
                return painted
            self._painting = look, painted
        return self._painting[1]

    def _paint_preview(self, frame: Frame, look: Look) -> None:
        small = replace(frame, pixels=fit(frame.pixels, PREVIEW_PX))
        only = Look.of_style(self._next, len(self.styles))
        alike = replace(only, stroke=look.stroke, keep_colours=look.keep_colours)
        self.previews[self._next] = self._engine.stylize(small, alike).pixels
        self._next = (self._next + 1) % len(self.styles)
