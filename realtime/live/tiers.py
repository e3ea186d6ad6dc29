"""Two networks for the same styles: the better one, and a cheaper one for when time is short."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from realtime.frame import Frame
from realtime.look import Look
from realtime.network.config import MANY_STYLES
from realtime.network.library import Entry, find_bundles
from realtime.ports import Engine


class TieredEngine:
    """Paints with one engine or the other, as it is told for each frame.

    Args:
        best: What paints when there is time.
        draft: Paints the same styles in the same order, cheaper.
        drafting: Whether the next frame is the draft's; asked on the thread that paints.
    """

    def __init__(self, best: Engine, draft: Engine, drafting: Callable[[], bool]) -> None:
        self._best, self._draft, self._drafting = best, draft, drafting
        self.name, self.styles = best.name, best.styles

    @property
    def description(self) -> str:
        """What the better one runs on."""
        return self._best.description

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame (see `ports.Engine`)."""
        return (self._draft if self._drafting() else self._best).stylize(frame, look)

    def close(self) -> None:
        """Close both, whatever one of them raises."""
        with ExitStack() as stack:
            stack.callback(self._best.close)
            stack.callback(self._draft.close)


def draft_of(entry: Entry) -> Entry | None:
    """Find a bundle with the same styles in the same order and a cheaper network, or None."""
    own = entry.card.config.architecture
    cheaper = MANY_STYLES[: MANY_STYLES.index(own)] if own in MANY_STYLES else ()
    for other in find_bundles():
        if other.card.names == entry.card.names and other.card.config.architecture in cheaper:
            return other
    return None
