"""Tables on a terminal of any width: fewer columns where there is no room, never a cut number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.table import Table

from benchmarks.tables import Sheet, is_figure

GAP = 2
"""Blanks between columns."""
WORD = 16
"""Longer words of texts may be broken; figures are not."""
BRIEF: dict[str, tuple[str, ...]] = {
    "article": (
        "engine", "precision", "first_picture_s", "cold_s", "extrapolated_s", "p50_ms",
        "times_faster_than_article", "times_faster_than_eager",
    ),
    "engines": (
        "network", "size", "engine", "precision", "p50_ms", "p95_ms", "fps",
        "times_faster_than_eager",
    ),
    "live": (
        "network", "size", "camera_fps", "fps", "dropped", "stages.network.p50_ms",
        "capture_to_shown.p50_ms", "capture_to_shown.p95_ms", "glass_to_glass.p50_ms",
    ),
    "video": (
        "size", "frames", "fps", "fps_with_start_and_join", "decode_alone_fps", "engine.fps",
        "encode_alone_fps", "memory_growth_mb",
    ),
    "flicker": (
        "network", "style", "stabilize", "still", "dark", "dark_denoised", "pan", "exposure",
    ),
    "hold": (
        "size", "goal_fps", "phase", "settled_s", "settled_fps", "capture_to_shown.p95_ms",
        "detail", "draft", "spare",
    ),
    "endurance": (
        "size", "minutes", "frames", "fps", "dropped", "memory_warm_mb", "memory_growth_mb",
        "threads_more", "files_more",
    ),
    "scaling": (
        "over", "network", "engine", "size", "styles", "threads", "p50_ms", "fps",
    ),
    "goals": ("what", "goal", "measured", "met"),
    "compare": ("network", "size", "one", "one_ms", "other", "other_ms", "times_faster"),
    "gpu": ("part", "network", "size", "what", "p50_ms", "fps", "floor_ms", "worst"),
}  # fmt: skip
"""The columns to keep where not all fit; the last ones go first. 80 columns are room enough."""


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
