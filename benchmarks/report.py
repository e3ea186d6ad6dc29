"""Reports of results: the columns of every benchmark, on a terminal of any width, in Markdown.

On a terminal there are fewer columns where there is no room, and never a cut number.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.result import REASON, Result, Row, combined, machine_line, value_of
from realtime.terminal import echo

FILE_COLUMNS = 160
GAP = 2
"""Blanks between columns."""
WORD = 16
"""Longer words of texts may be broken; figures are not."""
_TABLES = """\
article: The article's picture: 252x252, the article's network
    *engine; *precision; *first_picture_s=first s; *cold_s=cold s; *extrapolated_s=all steps s;
    steps; *p50_ms=p50 ms; p95_ms=p95 ms; p99_ms=p99 ms; spread_percent=±%;
    *times_faster_than_article=times the article; first_times_faster_than_article=first, times;
    *times_faster_than_eager=times eager; psnr_db=PSNR dB
engines: Engines side by side
    *network; *size; *engine; *precision; *p50_ms=p50 ms; *p95_ms=p95 ms; p99_ms=p99 ms;
    spread_percent=±%; *fps; mega_pixels_s=Mpx/s; *times_faster_than_eager=times eager;
    times_faster_than_article=times the article; of_peak_macs=of peak; of_peak_copy=of copy;
    peak_memory_mb=peak MB; gpu_memory_mb=GPU MB; psnr_db=PSNR dB
live: Live, camera to screen (stages: median ms)
    *network; *size; *camera_fps=camera fps; *fps; *dropped; stages.capture.p50_ms=capture;
    stages.to_network.p50_ms=hand-over; *stages.network.p50_ms=network;
    stages.to_show.p50_ms=hand-over 2; stages.show.p50_ms=show;
    *capture_to_shown.p50_ms=to shown p50 ms; *capture_to_shown.p95_ms=p95 ms;
    *glass_to_glass.p50_ms=glass p50 ms; glass_to_glass.p95_ms=p95 ms;
    codes_read_percent=codes read %
video: Film, file to file with sound
    *size; stabilize; *frames; *fps; *fps_with_start_and_join=fps, all in;
    *decode_alone_fps=decode alone; *engine.fps=network alone; *encode_alone_fps=encode alone;
    memory_peak_mb=peak MB; *memory_growth_mb=growth MB
flicker: Steadiness: change of the painting over that of the picture
    *network; *style; *stabilize; *still; *dark; *dark_denoised=dark, denoised; *pan; zoom;
    *exposure; clip
hold: The latency-budget controller
    network; *size; *goal_fps=hold fps; goal_ms=hold ms; *phase; *settled_s=settled after s;
    *settled_fps=fps then; fps; capture_to_shown.p50_ms=to shown p50 ms;
    *capture_to_shown.p95_ms=p95 ms; *detail; *draft; *spare=spares a core; changes
endurance: Live for minutes: what grows
    *size; *minutes; *frames; *fps; *dropped; *memory_warm_mb=warm MB;
    *memory_growth_mb=growth MB; memory_end_growth_mb=at the end MB; threads;
    *threads_more=more threads; files=open files; *files_more=more files
scaling: How the cost grows
    *over; *network; *engine; precision; *size; *styles; *threads; *p50_ms=p50 ms;
    p95_ms=p95 ms; *fps; mega_pixels_s=Mpx/s
fit: Straight lines through it
    *over; *network; *base_ms=base ms; *slope=and for each; *unit; *r_squared=r²
start: Start
    *what; *seconds=s; *runs; *max_s=slowest s
goals: Numbers to reach
    *what; *goal; *measured; *met; on; because=why, and the next idea
compare: One machine and another
    *network; *size; *one; *one_ms=ms; *other; *other_ms=ms; *times_faster=times faster;
    at_30_fps=at 30 fps
gpu: GPU
    *part; *network; *size; *what; *p50_ms=p50 ms; p95_ms=p95 ms; *fps; *floor_ms=roofline ms;
    bound_by=bound by; *worst=off by at most
"""
"""For each benchmark its title, and `key=heading` of its columns, or a key that is its own heading.
Where a terminal has no room for all, those with a star are kept. 80 columns are room enough."""


TITLES: dict[str, str] = {}
COLUMNS: dict[str, dict[str, str]] = {}
BRIEF: dict[str, tuple[str, ...]] = {}
for _bench, _title, _columns in re.findall(r"^(\w+): (.*)\n((?: .*\n)+)", _TABLES, re.MULTILINE):
    _parts = [_part.strip().partition("=") for _part in _columns.split(";")]
    TITLES[_bench] = _title
    COLUMNS[_bench] = {key.strip("*"): heading or key.strip("*") for key, _, heading in _parts}
    BRIEF[_bench] = tuple(key[1:] for key, _, _ in _parts if key.startswith("*"))


@dataclass(frozen=True)
class Column:
    """A column of a table, filled in."""

    heading: str
    cells: Sequence[str]
    key: str = ""
    """What it shows, as in `COLUMNS`; empty in tables that are no benchmark's."""

    @property
    def least(self) -> int:
        """How narrow it can be without breaking a figure, or a word of usual length."""
        words = [word for text in (self.heading, *self.cells) for word in text.split()]
        whole = (len(w) if any(map(str.isdigit, w)) else min(WORD, len(w)) for w in words)
        return max(whole, default=1)

    @property
    def most(self) -> int:
        """How wide it is when nothing is wrapped."""
        return max(map(len, (self.heading, *self.cells)))


@dataclass(frozen=True)
class Sheet:
    """A table, filled in."""

    title: str
    columns: Sequence[Column]
    bench: str = ""

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The cells, row by row."""
        return list(zip(*(column.cells for column in self.columns), strict=True))


def sheets(rows: Sequence[Row]) -> list[Sheet]:
    """Return a table for every benchmark among the rows that hold figures, in their order."""
    kinds = dict.fromkeys(row["bench"] for row in rows)
    found = (sheet_of(kind, [row for row in rows if row["bench"] == kind]) for kind in kinds)
    return [sheet for sheet in found if sheet.columns]


def sheet_of(bench: str, rows: Iterable[Row]) -> Sheet:
    """Lay out the rows of one benchmark; columns that nobody fills are left out."""
    shown = [row for row in rows if REASON not in row]
    machines = {"machine": "machine"} if len({row.get("machine") for row in shown}) > 1 else {}
    headings = machines | COLUMNS.get(bench, {key: key for row in shown for key in row})
    columns = (
        Column(heading, [_cell(row, key) for row in shown], key)
        for key, heading in headings.items()
    )
    return Sheet(TITLES.get(bench, bench), [c for c in columns if any(c.cells)], bench)


def _cell(row: Row, key: str) -> str:
    """Return a value as a table shows it."""
    value = value_of(row, key)
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def reasons(rows: Iterable[Row]) -> list[str]:
    """Return what was not measured, grouped by why."""
    grouped: dict[str, list[str]] = {}
    for row in rows:
        if REASON in row and row["bench"] != "goals":
            keys = ("engine", "precision", "network", "size", "what", "part")
            what = " ".join(str(row[key]) for key in keys if key in row)
            grouped.setdefault(row[REASON], []).append(what)
    return [f"{'; '.join(what)}: {why}" for why, what in grouped.items()]


def markdown(sheet: Sheet) -> list[str]:
    """Return a table's lines in Markdown."""
    headings = [column.heading for column in sheet.columns]
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    escaped = ([text.replace("|", "\\|") for text in cells] for cells in sheet.rows)
    return [*lines, *(f"| {' | '.join(cells)} |" for cells in escaped)]


def table(rows: Sequence[Row], headings: Mapping[str, str]) -> list[str]:
    """Lay rows out as a Markdown table; what a row lacks stays empty."""
    columns = [
        Column(heading, [str(row.get(key, "")) for row in rows])
        for key, heading in headings.items()
    ]
    return markdown(Sheet("", columns))


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
        left_out = left_out or len(narrow.columns) < len(sheet.columns)
        screen.print(rich_table(narrow, screen.width))
        screen.print()
    if left_out:
        _say(screen, "more columns in a wider terminal, in --json, and in bench report --markdown")
    # What the article cites ran elsewhere.
    ours = (row for row in result.rows if row.get("engine") != "the article")
    runs_on = {str(row["runs_on"]) for row in ours if "runs_on" in row}
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


def fitted(sheet: Sheet, width: int) -> Sheet:
    """Return a table that fits into a terminal of that width, without some of its columns."""
    shown = list(sheet.columns)
    if _least_width(shown) > width and sheet.bench in BRIEF:
        shown = [column for column in shown if column.key in ("machine", *BRIEF[sheet.bench])]
    while len(shown) > 1 and _least_width(shown) > width:
        shown.pop()
    return replace(sheet, columns=shown)


def _least_width(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def rich_table(sheet: Sheet, width: int) -> Table:
    """Return a table for a terminal of that width: figures to the right, headings wrapped."""
    table = Table(
        title=sheet.title, title_justify="left", title_style="bold", box=None, pad_edge=False,
        padding=(0, GAP, 0, 0),
    )  # fmt: skip
    for column, share in zip(sheet.columns, _widths(sheet.columns, width), strict=True):
        is_text = any(text.strip("0123456789.-") for text in column.cells)
        justify: Literal["left", "right"] = "left" if is_text else "right"
        table.add_column(column.heading, width=share, overflow="fold", justify=justify)
    for cells in sheet.rows:
        table.add_row(*cells)
    return table


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Share out the terminal: to each column what it needs, and what is left to the long ones."""
    shares, most = [column.least for column in columns], [column.most for column in columns]
    for _ in range(width - _least_width(columns)):
        if short := [i for i, share in enumerate(shares) if share < most[i]]:
            shares[max(short, key=lambda i: most[i] / shares[i])] += 1
    return shares
