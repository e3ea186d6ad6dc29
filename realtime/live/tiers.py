"""Several engines for the same styles, one for each way to paint that a live run may need.

The better network, a cheaper one for when time is short, and both with a core left to others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack

import cv2

from realtime.frame import Frame
from realtime.live.budget import Rung
from realtime.look import Look
from realtime.machine import usable_cpus
from realtime.network.config import MANY_STYLES
from realtime.network.library import Entry, find_bundles
from realtime.ports import Engine

Way = tuple[bool, bool]
"""Whether it is the draft that paints, and whether a core is spared: as of a `Rung`."""
USUAL: Way = (False, False)


class TieredEngine:
    """Paints every frame with the engine that the rung of the moment asks for.

    Args:
        engines: By their way; the usual one is among them.
        rung: How the next frame is to be painted; asked on the thread that paints.
    """

    def __init__(self, engines: Mapping[Way, Engine], rung: Callable[[], Rung]) -> None:
        self._engines, self._rung = dict(engines), rung
        self.name, self.styles = engines[USUAL].name, engines[USUAL].styles
        self._sparing = False

    @property
    def description(self) -> str:
        """What the usual one runs on."""
        return self._engines[USUAL].description

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame (see `ports.Engine`)."""
        rung = self._rung()
        if rung.spare != self._sparing:
            self._spare(rung.spare)
        ways = ((rung.draft, rung.spare), (rung.draft, False), USUAL)
        engine = next(self._engines[way] for way in ways if way in self._engines)
        return engine.stylize(frame, look)

    def close(self) -> None:
        """Close all, whatever one of them raises."""
        if self._sparing:
            self._spare(False)
        with ExitStack() as stack:
            for engine in self._engines.values():
                stack.callback(engine.close)

    def _spare(self, on: bool) -> None:
        """Have OpenCV, which enlarges and blends, leave the core as well."""
        cv2.setNumThreads(max(1, usable_cpus() - 1) if on else -1)
        self._sparing = on


def draft_of(entry: Entry) -> Entry | None:
    """Find a bundle with the same styles in the same order and a cheaper network, or None."""
    own = entry.card.config.architecture
    cheaper = MANY_STYLES[: MANY_STYLES.index(own)] if own in MANY_STYLES else ()
    for other in find_bundles():
        if other.card.names == entry.card.names and other.card.config.architecture in cheaper:
            return other
    return None
