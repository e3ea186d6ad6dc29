"""Progress bars for films: frames, fps, time left. Nothing when stderr is no terminal.

What is printed meanwhile appears above the bars.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import TaskID

from realtime.film.film import Film
from realtime.pipeline import Report
from realtime.progress import FrameBars
from realtime.terminal import printable


class FilmProgress(FrameBars):
    """One bar per film that is being painted (see `executors.Listener`)."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(console)
        self._tasks: dict[str, tuple[TaskID, int]] = {}

    def begin(self, film: Film) -> None:
        """Show a bar for a film, starting at what was painted before."""
        name, total = film.clip.name, film.frames
        before = (total or 0) - (film.frames_of(film.missing) or 0)
        known = self._tasks.get(str(film.clip))
        task = known[0] if known else self._bar.add_task(printable(name), total=total, fps=0.0)
        self._bar.update(task, completed=before)
        self._tasks[str(film.clip)] = (task, before)

    def update(self, film: Film, report: Report) -> None:
        """Move the bar of a film."""
        task, before = self._tasks[str(film.clip)]
        self._bar.update(task, completed=before + report.frames, fps=report.rate_fps)

    def end(self, clip: Path) -> None:
        """Remove the bar of a film that is done or has failed."""
        if (known := self._tasks.pop(str(clip), None)) is not None:
            self._bar.remove_task(known[0])
