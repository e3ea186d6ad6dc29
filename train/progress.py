"""How a run is told of: a bar on a terminal, a line every half minute anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from realtime.terminal import echo
from train.loop import Progress

LINE_EVERY_SECONDS = 30.0


@contextmanager
def shown(title: str, *, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """Give a listener for `loop.train` that shows steps, time left and the terms, on stderr."""
    console = Console(stderr=True, quiet=quiet)
    if quiet or not console.is_terminal:
        yield _lines(title, quiet=quiet)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    terms = TextColumn("{task.fields[terms]}")
    with Bar(*columns, TimeRemainingColumn(), terms, console=console) as bar:
        task = bar.add_task(title, total=None, terms="")

        def listen(progress: Progress) -> None:
            text = _terms(progress)
            bar.update(task, completed=progress.step, total=progress.steps, terms=text)

        yield listen


def _lines(title: str, *, quiet: bool) -> Callable[[Progress], None]:
    last = -LINE_EVERY_SECONDS

    def listen(progress: Progress) -> None:
        nonlocal last
        now, ended = time.monotonic(), progress.step == progress.steps
        if quiet or (now - last < LINE_EVERY_SECONDS and not ended):
            return
        last = now
        left = f"{progress.seconds_left / 60:.1f} min left"
        echo(
            f"{title}: step {progress.step}/{progress.steps}, {left}, {_terms(progress)}", err=True
        )

    return listen


def _terms(progress: Progress) -> str:
    return "  ".join(f"{name} {value:.3g}" for name, value in progress.terms.items())
