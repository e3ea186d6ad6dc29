"""Reports of results: on a terminal of any width, and as a Markdown page.

On a terminal there are fewer columns where there is no room, and never a cut number.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.result import Result, Row, combined, machine_line
from benchmarks.tables import BRIEF, Sheet, is_figure, markdown, reasons, sheets
from realtime.terminal import echo

FILE_COLUMNS = 160
GAP = 2
"""Blanks between columns."""
WORD = 16
"""Longer words of texts may be broken; figures are not."""


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


def show(result: Result, more: Sequence[Sheet] = ()) -> None:
    """Print a result's tables, what runs on what, what is missing, its notes, and more tables."""
    # Tables are not cut to 80 columns where nobody looks at a terminal.
    screen = Console(width=None if sys.stdout.isatty() else FILE_COLUMNS)
    left_out = False
    for sheet in sheets(result.rows):
        narrow = fitted(sheet, screen.width)
        left_out = left_out or len(narrow.headings) < len(sheet.headings)
        screen.print(rich_table(narrow, screen.width))
        screen.print()
    if left_out:
        _say(screen, "more columns in a wider terminal, in --json, and in bench report --markdown")
    runs_on = {str(row["runs_on"]) for row in result.rows if "runs_on" in row}
    for engine in sorted({re.sub(r", (fp32|fp16|bf16|int8)$", "", text) for text in runs_on}):
        _say(screen, f"on {engine}")
    for line in reasons(result.rows):
        _say(screen, f"not measured: {line}")
    for note in result.notes:
        _say(screen, f"note: {note}")
    _say(screen, machine_line(result.machine))
    for sheet in more:
        echo()
        screen.print(rich_table(sheet, screen.width))


def _say(screen: Console, line: str) -> None:
    """Print a line of text: wrapped between words on a terminal, as it is elsewhere."""
    screen.print(line, markup=False, highlight=False, soft_wrap=not screen.is_terminal)


def page(results: Sequence[Result]) -> str:
    """Return the results as a Markdown page."""
    whole = combined(results)
    lines = ["# Measured with `pleinair bench`", ""]
    for result in results:
        commit = f", commit {result.commit}" if result.commit else ""
        power = f", on {result.machine['power']}" if result.machine.get("power") else ""
        lines.append(
            f"- {machine_line(result.machine)}{power}; {result.measured_at}{commit}: "
            f"`{result.command}`"
        )
    for sheet in sheets(whole.rows):
        lines += ["", f"## {sheet.title}", "", *markdown(sheet)]
    if missing := reasons(whole.rows):
        lines += ["", "Not measured:", "", *(f"- {line}" for line in missing)]
    if whole.notes:
        lines += ["", *(f"- {note}" for note in whole.notes)]
    return "\n".join(lines) + "\n"


def fitted(sheet: Sheet, columns: int) -> Sheet:
    """Return a table that fits into a terminal of so many columns, without some of its own."""
    shown = list(range(len(sheet.headings)))
    if _least_width(sheet, shown) > columns and sheet.bench in BRIEF:
        brief = ("machine", *BRIEF[sheet.bench])
        shown = [i for i in shown if sheet.keys[i] in brief]
    while len(shown) > 1 and _least_width(sheet, shown) > columns:
        shown.pop()
    return replace(
        sheet,
        headings=[sheet.headings[i] for i in shown],
        cells=[[cells[i] for i in shown] for cells in sheet.cells],
        keys=[sheet.keys[i] for i in shown] if sheet.keys else (),
    )


def rich_table(sheet: Sheet, columns: int) -> Table:
    """Return a table for a terminal of so many columns: figures to the right, headings wrapped."""
    table = Table(
        title=sheet.title, title_justify="left", title_style="bold", box=None, pad_edge=False,
        padding=(0, GAP, 0, 0),
    )  # fmt: skip
    cells = [[row[i] for row in sheet.cells] for i in range(len(sheet.headings))]
    widths = _widths(sheet, columns)
    for heading, column, width in zip(sheet.headings, cells, widths, strict=True):
        is_text = not all(is_figure(text) for text in column)
        table.add_column(
            heading, width=width, overflow="fold", justify="left" if is_text else "right"
        )
    for row in sheet.cells:
        table.add_row(*row)
    return table


def _widths(sheet: Sheet, columns: int) -> list[int]:
    """Share out the terminal: to each column what it needs, and what is left to the long ones."""
    count = range(len(sheet.headings))
    least = [_least(sheet.headings[i], [row[i] for row in sheet.cells]) for i in count]
    wanted = [
        max(len(sheet.headings[i]), *(len(row[i]) for row in sheet.cells), least[i]) for i in count
    ]
    left = columns - sum(least) - GAP * (len(least) - 1)
    while left > 0 and (short := [i for i in count if least[i] < wanted[i]]):
        least[max(short, key=lambda i: wanted[i] / least[i])] += 1
        left -= 1
    return least


def _least_width(sheet: Sheet, shown: Sequence[int]) -> int:
    columns = ([cells[i] for cells in sheet.cells] for i in shown)
    least = [_least(sheet.headings[i], column) for i, column in zip(shown, columns, strict=True)]
    return sum(least) + GAP * (len(least) - 1)


def _least(heading: str, column: Sequence[str]) -> int:
    """How narrow a column can be without breaking a figure, or a word of usual length."""
    words = [word for text in (heading, *column) for word in text.split()]
    whole = [len(word) if any(map(str.isdigit, word)) else min(WORD, len(word)) for word in words]
    return max(whole, default=1)
