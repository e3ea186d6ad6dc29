"""How a run is told of: a bar on a terminal, a line every quarter of a minute anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Column

from realtime.clockwork import Clock
from realtime.terminal import echo, printable
from train.budget import Progress

LINE_EVERY_SECONDS = 15.0
NARROW = ("content", "style", "identity", "imitation")
"""The terms that fit beside a bar into 80 columns: those that the others only guard."""


@dataclass(frozen=True)
class Show:
    """Where a run says how far it is."""

    listen: Callable[[Progress], None]
    """For every step."""
    tell: Callable[[str], None]
    """For what is done before the first step, in a few words each."""


@contextmanager
def shown(title: str, *, quiet: bool = False, clock: Clock = time.monotonic) -> Iterator[Show]:
    """Give what `loop.train` is listened to with: steps, time left and the terms, on stderr."""
    console = Console(stderr=True, quiet=quiet)
    if quiet:
        yield Show(lambda progress: None, lambda line: None)
        return
    if not console.is_terminal:
        yield _lines(title, clock)
        return
    name = TextColumn(
        "{task.description}", markup=False, table_column=Column(no_wrap=True, ratio=1)
    )
    left, terms = TextColumn("{task.fields[left]}"), TextColumn("{task.fields[terms]}")
    figures = (BarColumn(bar_width=10), MofNCompleteColumn(), left, terms)
    with Bar(name, *figures, console=console, expand=True) as bar:
        task = bar.add_task(printable(title), total=None, terms="", left="")

        def listen(progress: Progress) -> None:
            bar.update(
                task, completed=progress.step, total=progress.steps, left=_time_left(progress),
                terms=_terms(progress, NARROW),
            )  # fmt: skip

        yield Show(listen, lambda line: bar.update(task, terms=printable(line)))


def _lines(title: str, clock: Clock) -> Show:
    last = clock() - LINE_EVERY_SECONDS

    def listen(progress: Progress) -> None:
        nonlocal last
        ended = progress.step == progress.steps
        if clock() - last < LINE_EVERY_SECONDS and not ended:
            return
        last = clock()
        steps = "" if progress.steps is None else f"/{progress.steps}"
        parts = (f"step {progress.step}{steps}", _time_left(progress), _terms(progress))
        echo(f"{title}: {', '.join(filter(None, parts))}", err=True)

    return Show(listen, lambda line: echo(f"{title}: {line}", err=True))


def _time_left(progress: Progress) -> str:
    if progress.seconds_left is None:
        return ""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f"{minutes}:{seconds:02} left"


def _terms(progress: Progress, names: Collection[str] | None = None) -> str:
    shown = {k: v for k, v in progress.terms.items() if names is None or k in names}
    return "  ".join(f"{name} {value:.3g}" for name, value in shown.items())
