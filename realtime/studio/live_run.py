"""The live picture: the pipeline of `pleinair live` on a thread of its own, from source to page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from realtime.errors import EngineError, PleinairError, one_line
from realtime.frame import Frame
from realtime.look import Look
from realtime.pipeline import Hooks, Report, Shown, run
from realtime.ports import Source
from realtime.studio.browser_sink import BrowserSink
from realtime.studio.browser_source import BrowserSource
from realtime.studio.rack import Rack

log = logging.getLogger(__name__)


class _StopError(Exception):
    """The page wants no more."""


class LiveRun:
    """One run from a source that is opened on its thread until it is stopped, ends or fails.

    Args:
        rack: Paints.
        open_source: Opens the source; called on the run's thread.
        sink: Takes the paintings.
        begun: Called whenever a painting is begun, with what one takes at present, in seconds.
        seen: Given every frame as it came from the source.
        ended: Told why the run ended, in words for the user; empty: it was stopped.
        after: The run before this one, which is waited for: a camera opens once.
    """

    def __init__(
        self,
        rack: Rack,
        open_source: Callable[[], Source],
        sink: BrowserSink,
        *,
        begun: Callable[[float], None],
        seen: Callable[[Frame], None],
        ended: Callable[[str], None],
        after: LiveRun | None = None,
    ) -> None:
        self._rack, self._open_source, self._sink = rack, open_source, sink
        self._begun, self._seen, self._ended, self._after = begun, seen, ended, after
        self.report = Report()
        self.source: Source | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="studio-live", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive() and not self._stopped.is_set()

    def stop(self) -> None:
        """Ask it to end; does not wait."""
        self._stopped.set()
        if isinstance(self.source, BrowserSource):
            self.source.close()

    def join(self, seconds: float) -> None:
        """Wait until it has ended."""
        self._thread.join(seconds)

    def _work(self) -> None:
        if self._after is not None:
            self._after.join(20.0)
            self._after = None
        why = ""
        try:
            with self._open_source() as source:
                self.source = source
                run(source, self._rack, self._sink, self._hooks(source))
            why = "" if self._stopped.is_set() else "the source has ended"
        except _StopError:
            pass
        except PleinairError as exc:
            why = str(exc)
            if isinstance(exc, EngineError):
                self._rack.renew()
        except Exception as exc:  # a fault of ours must not leave a page that waits
            log.exception("the live picture failed")
            why = f"the live picture failed: {one_line(exc)}"
        self._ended("" if self._stopped.is_set() else why)

    def _hooks(self, source: Source) -> Hooks:
        has_original = isinstance(source, BrowserSource)

        def look() -> Look:
            costs = self.report.engine_seconds.newest(8)
            self._begun(sorted(costs)[len(costs) // 2] if costs else 0.0)
            return self._rack.look()

        def decorate(shown: Shown, report: Report) -> Frame:
            self.report = report
            self._seen(shown.original)
            kept = self._rack.easel.session.take(shown)
            if not has_original:
                self._sink.original = kept.original
            return kept.painted

        def on_turn(report: Report) -> None:
            self.report = report
            if self._stopped.is_set():
                raise _StopError

        return Hooks(
            look=look,
            decorate=decorate,
            on_frame=lambda report: self._rack.easel.session.on_frame(report),
            on_turn=on_turn,
        )
