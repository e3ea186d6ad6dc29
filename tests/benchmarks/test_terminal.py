"""Tables of results on terminals of 80 columns and of fewer: every number is whole."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from benchmarks.pages import RESULTS
from benchmarks.report import (
    BRIEF,
    COLUMNS,
    Column,
    Sheet,
    fitted,
    rich_table,
    sheet_of,
    sheets,
)
from benchmarks.result import read

RESULT_FILES = sorted(RESULTS.glob("*/*.json"))


def printed(sheet: Sheet, width: int) -> list[str]:
    file = StringIO()
    Console(file=file, width=width).print(rich_table(sheet, width))
    return file.getvalue().splitlines()


def all_filled(bench: str) -> Sheet:
    """A table of numbers alone, as wide as they come, no two alike."""
    row: dict[str, object] = {"bench": bench}
    for number, key in enumerate(COLUMNS[bench]):
        at = row
        *folders, name = key.split(".")
        for folder in folders:
            at = at.setdefault(folder, {})  # type: ignore[assignment]
        at[name] = 1000.01 + number
    return sheet_of(bench, [row])


@pytest.mark.parametrize("width", [40, 80, 110, 160])
@pytest.mark.parametrize("bench", COLUMNS)
def test_no_number_is_cut_at_any_width(bench: str, width: int) -> None:
    sheet = fitted(all_filled(bench), width)
    lines = printed(sheet, width)
    assert max(map(len, lines)) <= width
    assert all(cell in "\n".join(lines) for cell in sheet.rows[0])
    assert len(sheet.columns) >= (3 if width < 80 else min(7, len(COLUMNS[bench]), 4))


@pytest.mark.parametrize("path", RESULT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_measured_results_fit_into_80_columns(path: object) -> None:
    for whole in sheets(read(path).rows):  # type: ignore[arg-type]
        sheet = fitted(whole, 80)
        shown, there = ({column.key for column in one.columns} for one in (sheet, whole))
        wanted = set(BRIEF.get(sheet.bench, there)) & there
        assert wanted <= shown, "a column of the brief table had no room"
        lines = printed(sheet, 80)
        assert max(map(len, lines)) <= 80
        for cells in sheet.rows:
            for word in " ".join(cells).split():
                assert any(word in line for line in lines), word


def test_a_wide_terminal_shows_every_column_and_headings_are_wrapped() -> None:
    whole = all_filled("engines")
    assert fitted(whole, 400) is not whole
    assert fitted(whole, 400) == whole
    narrow = sheet_of("engines", [{"bench": "engines", "p50_ms": 1.5, "fps": 2.5}])
    lines = printed(narrow, 8)
    assert [line.split() for line in lines[-3:]] == [["p50"], ["ms", "fps"], ["1.5", "2.5"]]


def test_texts_are_wrapped_between_words() -> None:
    words = "a sentence that is longer than that"
    sheet = Sheet("t", [Column("what", [words]), Column("value", ["1234.56"])])
    lines = printed(fitted(sheet, 30), 30)
    assert [line.split()[0] for line in lines[2:]] == ["a", "longer"]
    assert lines[2].endswith("1234.56")
