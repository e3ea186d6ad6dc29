"""Tables of results: which columns every benchmark shows, and these tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.result import REASON, Row

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
    *part; *network; *size; *what; *p50_ms=p50 ms; p95_ms=p95 ms; *fps; *floor_ms=floor ms;
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
class Sheet:
    """A table, filled in."""

    title: str
    headings: Sequence[str]
    cells: Sequence[Sequence[str]]
    keys: Sequence[str] = ()
    """What the columns show, as in `COLUMNS`; empty for tables that are no benchmark's."""
    bench: str = ""


def sheets(rows: Sequence[Row]) -> list[Sheet]:
    """Return a table for every benchmark among the rows that hold figures, in their order."""
    kinds = dict.fromkeys(row["bench"] for row in rows)
    found = (sheet_of(kind, [row for row in rows if row["bench"] == kind]) for kind in kinds)
    return [sheet for sheet in found if sheet.cells]


def sheet_of(bench: str, rows: Iterable[Row]) -> Sheet:
    """Lay out the rows of one benchmark; columns that nobody fills are left out."""
    shown = [row for row in rows if REASON not in row]
    machines = {"machine": "machine"} if len({row.get("machine") for row in shown}) > 1 else {}
    columns = machines | COLUMNS.get(bench, {key: key for row in shown for key in row})
    used = {key: title for key, title in columns.items() if any(has(row, key) for row in shown)}
    cells = [[cell(row, key) for key in used] for row in shown]
    return Sheet(TITLES.get(bench, bench), list(used.values()), cells, list(used), bench)


def has(row: Mapping[str, Any], key: str) -> bool:
    """Whether a row fills a column."""
    return value_of(row, key) not in (None, "")


def value_of(row: Mapping[str, Any], key: str) -> object:
    """Return what a row holds under a key; `a.b` looks for b in what is under a."""
    found: Any = row
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def cell(row: Mapping[str, Any], key: str) -> str:
    """Return a value as a table shows it."""
    value = value_of(row, key)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


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
    lines = [f"| {' | '.join(sheet.headings)} |", "|" + "---|" * len(sheet.headings)]
    escaped = ([text.replace("|", "\\|") for text in cells] for cells in sheet.cells)
    return [*lines, *(f"| {' | '.join(cells)} |" for cells in escaped)]


def table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> list[str]:
    """Lay rows out as a Markdown table; what a row lacks stays empty."""
    cells = [[str(row.get(key, "")) for key in columns] for row in rows]
    return markdown(Sheet("", list(columns.values()), cells))


def is_figure(text: str) -> bool:
    """Whether a cell is a number, or empty."""
    return not text.strip("0123456789.-")
