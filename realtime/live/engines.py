"""Engine wrappers of live runs: opened in the background, switched by load, held frames."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace

import cv2

from realtime.engines.base import WrappedEngine
from realtime.errors import EngineError
from realtime.frame import Frame, Pixels
from realtime.live.quality_controller import Level
from realtime.look import Look
from realtime.machine import usable_cpus
from realtime.network.library import Entry, find_bundles
from realtime.ports import Closing, Engine, EngineInfo, Style
from realtime.resize import fit

log = logging.getLogger(__name__)
LIGHT_SHARE = 0.5
"""A lighter network has at most so much of the weights, by the sizes of the bundles."""


class LazyEngine(Closing):
    """Returns frames unpainted until its engine is open; reopens it once after a failure.

    Args:
        styles: What the engine will paint; known before it is open.
        open_engine: Opens it; called on a thread of its own.
    """

    def __init__(self, styles: tuple[Style, ...], open_engine: Callable[[], Engine]) -> None:
        self.styles = styles
        self._open = open_engine
        self._engine: Engine | None = None
        self._error: Exception | None = None
        self._ready = threading.Event()
        self._restarted = False
        self.first_painted: int | None = None
        """Index of the first frame that was painted; None as long as there is none."""
        self._opening = threading.Thread(target=self._open_it, name="engine", daemon=True)
        self._opening.start()

    @property
    def info(self) -> EngineInfo:
        """What it runs on; waits until the engine is open."""
        self.wait()
        assert self._engine is not None
        return self._engine.info

    @property
    def description(self) -> str:
        """What it runs on, once the engine is open."""
        return self._engine.description if self._engine else "the engine is getting ready"

    @property
    def ready(self) -> bool:
        """Whether the engine is open, or failed to open."""
        return self._ready.is_set()

    def wait(self) -> None:
        """Wait until the engine is open; raises what opening it raised."""
        self._ready.wait()
        if self._error is not None:
            raise self._error

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame, or return it unchanged while the engine is being opened.

        Raises:
            EngineError: it failed, was reopened, and failed again.
            PleinairError: it could not be opened.
        """
        if not self._ready.is_set():
            return frame
        if self._error is not None:
            raise self._error
        assert self._engine is not None
        try:
            painted = self._engine.stylize(frame, look)
        except EngineError as exc:
            if self._restarted:
                raise
            log.warning("%s: starting the engine again", exc)
            self._restarted = True
            self._engine.close()
            self._engine = self._open()
            painted = self._engine.stylize(frame, look)
        if self.first_painted is None:
            self.first_painted = frame.index
        return painted

    def close(self) -> None:
        """Wait for the engine to be open, and close it."""
        self._opening.join()
        if self._engine is not None:
            self._engine.close()

    def _open_it(self) -> None:
        try:
            self._engine = self._open()
        except Exception as exc:  # raised where frames are painted
            self._error = exc
        self._ready.set()


Variant = tuple[bool, bool]
"""Whether the lighter network paints, and whether a core is left to others: as of a `Level`."""
USUAL_VARIANT: Variant = (False, False)


class FallbackEngine(WrappedEngine):
    """Switches between engines by the controller's current level.

    Args:
        engines: By their way; the usual one is among them.
        level: How the next frame is to be painted; asked on the thread that paints.
    """

    def __init__(self, engines: Mapping[Variant, Engine], level: Callable[[], Level]) -> None:
        super().__init__(engines[USUAL_VARIANT])
        self._engines, self._level = dict(engines), level
        self._reserving = False

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame (see `ports.Engine`)."""
        level = self._level()
        if level.reserve_core != self._reserving:
            self._reserve_core(level.reserve_core)
        ways = (
            (level.light_network, level.reserve_core),
            (level.light_network, False),
            USUAL_VARIANT,
        )
        engine = next(self._engines[way] for way in ways if way in self._engines)
        return engine.stylize(frame, look)

    def close(self) -> None:
        """Close all, even if one of them raises."""
        if self._reserving:
            self._reserve_core(False)
        with ExitStack() as stack:
            for engine in self._engines.values():
                stack.callback(engine.close)

    def _reserve_core(self, on: bool) -> None:
        """Limit OpenCV's threads, too: it enlarges and blends."""
        cv2.setNumThreads(max(1, usable_cpus() - 1) if on else -1)
        self._reserving = on


def light_network_of(entry: Entry) -> Entry | None:
    """Find a bundle with the same styles in the same order and a cheaper network, or None."""
    most = LIGHT_SHARE * entry.path.stat().st_size
    for other in find_bundles():
        if other.card.names == entry.card.names and other.path.stat().st_size <= most:
            return other
    return None


PREVIEW_PX = (320, 240)
"""Previews are painted within this size and shown smaller: strokes look about as in the picture."""
RECENT = 6
"""More frames than are on their way between the engine and the window."""


class HeldFrameEngine(WrappedEngine):
    """Paints the frozen frame instead of the newest, and one small preview a frame while wanted.

    Args:
        engine: Paints all of it.
        frozen: The frame that is held, as it came from the source; None: none is.
        wants_previews: Whether the previews are looked at.
    """

    def __init__(
        self, engine: Engine, frozen: Callable[[], Frame | None], wants_previews: Callable[[], bool]
    ) -> None:
        super().__init__(engine)
        self._frozen, self._wants_previews = frozen, wants_previews
        self.previews: list[Pixels | None] = [None] * len(engine.styles)
        """The last preview of every style, RGB uint8 (H, W, 3); None where there is none yet."""
        self._next = 0
        self._busy = threading.Lock()
        """Engines are called from one thread at a time."""
        self._recent: deque[Frame] = deque(maxlen=RECENT)
        self._held: Frame | None = None
        self._painting: tuple[Look, Frame] | None = None
        """Of the held frame."""

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
        """Paint the frozen frame without a new one; None: none is frozen, or it is in progress.

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
        """Paint another picture, from any thread; waits until the engine is free."""
        with self._busy:
            return self._engine.stylize(frame, look)

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
