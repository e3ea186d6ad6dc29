"""What happens to rows once they are measured: shown, explained, kept."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.schema import Result, Row, machine_line
from benchmarks.tables import reasons, sheets
from benchmarks.terminal import fitted, rich_table
from realtime.errors import BadInputError
from realtime.ports import Size
from realtime.settings import parse_size
from realtime.sinks.outputs import require_free
from realtime.terminal import echo

FILE_COLUMNS = 160
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", is_eager=True, help="Replace a file that pleinair did not write."),
]
"""Eager: `checked` wants to know it."""


def checked(context: typer.Context, path: Path | None) -> Path | None:
    """Refuse an output that may not be written before anything is measured for it."""
    if path is not None and str(path) != "-" and not context.resilient_parsing:
        require_free(path, overwrite=bool(context.params.get("overwrite")))
    return path


JsonOut = Annotated[
    Path | None,
    typer.Option("--json", help="File for the data; - for standard output.", callback=checked),
]
Seconds = Annotated[float, typer.Option(help="Time to spend on each measurement.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Precisions = Annotated[
    str | None,
    typer.Option(
        help="fp32, bf16, fp16, int8, with commas; default: all, but fp16 only with a GPU."
    ),
]


def console() -> Console:
    """Return a console that does not cut tables to 80 columns where nobody looks at a terminal."""
    return Console(width=None if sys.stdout.isatty() else FILE_COLUMNS)


def tell(line: str) -> None:
    """Say what is being measured."""
    echo(line, err=True)


def publish(
    rows: Sequence[Row], json_out: Path | None, notes: Sequence[str] = (), *, overwrite: bool
) -> None:
    """Show rows that were measured here and now, and keep them."""
    keep(Result.here(rows, notes), json_out, overwrite=overwrite)


def keep(result: Result, json_out: Path | None, *, overwrite: bool) -> None:
    """Show a result and write it, or print its file for other programs if that is `-`."""
    if str(json_out) == "-":
        typer.echo(result.to_json(), nl=False)
        return
    show(result)
    if json_out is not None:
        result.write(json_out, overwrite=overwrite)
        echo(f"wrote {json_out}")


def show(result: Result) -> None:
    """Print a result's tables, what runs on what, what is missing, and what to bear in mind."""
    screen = console()
    left_out = False
    for sheet in sheets(result.rows):
        narrow = fitted(sheet, screen.width)
        left_out = left_out or len(narrow.headings) < len(sheet.headings)
        screen.print(rich_table(narrow, screen.width))
        screen.print()
    if left_out:
        say(screen, "more columns in a wider terminal, in --json, and in bench report --markdown")
    runs_on = {str(row["runs_on"]) for row in result.rows if "runs_on" in row}
    for engine in sorted({re.sub(r", (fp32|fp16|bf16|int8)$", "", text) for text in runs_on}):
        say(screen, f"on {engine}")
    for line in reasons(result.rows):
        say(screen, f"not measured: {line}")
    for note in result.notes:
        say(screen, f"note: {note}")
    say(screen, machine_line(result.machine))


def say(screen: Console, line: str) -> None:
    """Print a line of text: wrapped between words on a terminal, as it is elsewhere."""
    screen.print(line, markup=False, highlight=False, soft_wrap=not screen.is_terminal)


def parse_sizes(text: str | None) -> tuple[Size, ...]:
    """Read `252x252,640x480`."""
    return tuple(parse_size(part) for part in text.split(",")) if text else ()


def parse_names(text: str | None) -> tuple[str, ...]:
    """Read `fp32,int8`."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def parse_counts(option: str, text: str | None) -> tuple[int, ...]:
    """Read `1,2,4`.

    Raises:
        BadInputError: not whole numbers above 0.
    """
    counts = []
    for part in parse_names(text):
        if not part.isdecimal() or int(part) < 1:
            raise BadInputError(f"{option} {text!r} not understood: expected numbers, as in 1,2,4")
        counts.append(int(part))
    return tuple(counts)


def positive(option: str, value: float) -> None:
    """Refuse what cannot be a duration or a count.

    Raises:
        BadInputError: it is not above 0.
    """
    if not 0 < value < float("inf"):
        raise BadInputError(f"{option} must be above 0, got {value:g}")
