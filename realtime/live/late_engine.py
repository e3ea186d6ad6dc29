"""An engine that gets ready while its window is already open, and that may fail once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from realtime.errors import EngineError
from realtime.frame import Frame
from realtime.look import Look
from realtime.ports import Engine, Style

log = logging.getLogger(__name__)


class LateEngine:
    """Gives frames back unpainted until the engine is there; opens it anew when it fails, once.

    Args:
        styles: What the engine will paint; known before it is open.
        open_engine: Opens it; called on a thread of its own.
    """

    name = "getting ready"

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
    def description(self) -> str:
        """What it runs on, once that is known."""
        return self._engine.description if self._engine else "the engine is getting ready"

    @property
    def ready(self) -> bool:
        """Whether frames are painted by now, or will fail."""
        return self._ready.is_set()

    def wait(self) -> None:
        """Wait until the engine is open; raises what opening it raised."""
        self._ready.wait()
        if self._error is not None:
            raise self._error

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame, or return it as it is while the engine gets ready.

        Raises:
            EngineError: it failed, was opened anew, and failed again.
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
