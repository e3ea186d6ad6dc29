"""Runs the pipeline of the live picture, from source to page, on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from realtime.errors import EngineError, PleinairError, one_line
from realtime.frame import Frame
from realtime.look import Look
from realtime.pipeline import Hooks, Report, Shown, run
from realtime.ports import Source
from realtime.studio.browser import BrowserSink, BrowserSource
from realtime.studio.bundle_switcher import BundleSwitcher

log = logging.getLogger(__name__)


class _StopError(Exception):
    """The run was stopped."""


class LiveRun:
    """One run, until it is stopped, or its source ends or fails.

    Args:
        switcher: Paints.
        open_source: Opens the source; called on the run's thread.
        sink: Takes the paintings.
        begun: Called whenever a painting is begun, with what one takes at present, in seconds.
        seen: Given every frame as it came from the source.
        ended: Given the reason for the end, for the user; empty: it was stopped.
        after: The previous run, which is waited for: a camera can be opened only once.
    """

    def __init__(
        self,
        switcher: BundleSwitcher,
        open_source: Callable[[], Source],
        sink: BrowserSink,
        *,
        begun: Callable[[float], None],
        seen: Callable[[Frame], None],
        ended: Callable[[str], None],
        after: LiveRun | None = None,
    ) -> None:
        self._switcher, self._open_source, self._sink = switcher, open_source, sink
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
                run(source, self._switcher, self._sink, self._hooks(source))
            why = "" if self._stopped.is_set() else "the source has ended"
        except _StopError:
            pass
        except PleinairError as exc:
            why = str(exc)
            if isinstance(exc, EngineError):
                self._switcher.reopen()
        except Exception as exc:  # a bug must not leave the page waiting
            log.exception("the live picture failed")
            why = f"the live picture failed: {one_line(exc)}"
        self._ended("" if self._stopped.is_set() else why)

    def _hooks(self, source: Source) -> Hooks:
        has_original = isinstance(source, BrowserSource)

        def look() -> Look:
            costs = self.report.engine_seconds.newest(8)
            self._begun(sorted(costs)[len(costs) // 2] if costs else 0.0)
            return self._switcher.look()

        def decorate(shown: Shown, report: Report) -> Frame:
            self.report = report
            self._seen(shown.original)
            kept = self._switcher.active.session.take(shown)
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
            on_frame=lambda report: self._switcher.active.session.on_frame(report),
            on_turn=on_turn,
        )
