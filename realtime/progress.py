"""Progress bars, among them one with frames, fps and the time left. Only commands import this."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from realtime.pipeline import Report
from realtime.terminal import echo, printable


def bars(*figures: ProgressColumn, console: Console | None = None) -> Progress:
    """Return progress bars on stderr; disabled when that is not a terminal.

    They are gone when the work is done: what stays on the screen is what was printed. Meant for 80
    columns: a long title is cut, figures never are.

    Args:
        figures: What stands behind a title and its bar.
        console: Where else.
    """
    console = console or Console(stderr=True)
    return Progress(
        TextColumn(  # `clip [id].mp4` is not markup
            "{task.description}", markup=False, table_column=Column(no_wrap=True, ratio=1)
        ),
        BarColumn(bar_width=20),
        *figures,
        console=console,
        transient=True,
        expand=True,
        disable=not console.is_terminal,
    )


class FrameBars:
    """Bars that count frames; they make room when something is said."""

    def __init__(self, console: Console | None = None) -> None:
        self._bar = bars(
            MofNCompleteColumn(),
            TextColumn("{task.fields[fps]:.1f} fps"),
            TimeRemainingColumn(compact=True),
            console=console,
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def say(self, line: str, *, err: bool = False) -> None:
        """Print a line on stdout, or stderr, with no bar in its way.

        rich itself would turn what is printed meanwhile to where the bars are, to stderr.
        """
        shown = self._bar.live.is_started
        if shown:
            self._bar.stop()
        echo(line, err=err)
        if shown:
            self._bar.start()


class FrameProgress(FrameBars):
    """Shows the progress of a run over frames."""

    def __init__(self, title: str, console: Console | None = None) -> None:
        super().__init__(console)
        self._task = self._bar.add_task(printable(title), total=None, fps=0.0)

    def expect(self, frames: int | None) -> None:
        """Set how many frames will come, if that is known."""
        self._bar.update(self._task, total=frames)

    def update(self, report: Report) -> None:
        """Show the state of the run."""
        self._bar.update(self._task, completed=report.frames, fps=report.rate_fps)
