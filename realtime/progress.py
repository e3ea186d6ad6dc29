"""A progress bar with frames, fps and the time left. Only the command line imports this."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from realtime.pipeline import Report


class FrameBars:
    """Bars that count frames, on stderr, and nothing when that is not a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),  # `clip [id].mp4` is no markup
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[fps]:.1f} fps"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()


class FrameProgress(FrameBars):
    """Shows how far a run over frames is."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._task = self._bar.add_task(title, total=None, fps=0.0)

    def expect(self, frames: int | None) -> None:
        """Say how many frames will come, if anybody knows."""
        self._bar.update(self._task, total=frames)

    def update(self, report: Report) -> None:
        """Show the state of the run."""
        self._bar.update(self._task, completed=report.frames, fps=report.rate_fps)
