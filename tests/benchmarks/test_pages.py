"""The README's figures are those that were measured, and its styles those that ship."""

from __future__ import annotations

import pytest

from benchmarks.pages import PAGES, TABLES, _telling, renewed, results
from benchmarks.result import machine_line
from benchmarks.tables import table


def test_the_tables_are_not_stale() -> None:
    texts = [path.read_text() for path in PAGES]
    for text in texts:
        assert renewed(text) == text, "run python -m benchmarks.pages"
    for name in TABLES:
        assert any(f"<!-- {name} -->" in text for text in texts)


def test_a_table_is_made_between_its_marks() -> None:
    text = "before\n<!-- styles -->\nold\n<!-- /styles -->\nafter"
    new = renewed(text)
    assert new.startswith("before\n<!-- styles -->\n\n| `--style` |")
    assert new.endswith("|\n\n<!-- /styles -->\nafter")
    assert renewed(new) == new
    with pytest.raises(ValueError, match="expected one of"):
        renewed("<!-- prices -->\n<!-- /prices -->")


def test_cells() -> None:
    assert table([{"a": 1}, {"b": "x"}], {"a": "A", "b": "B"}) == [
        "| A | B |", "|---|---|", "| 1 |  |", "|  | x |",
    ]  # fmt: skip


def test_the_speed_table_holds_every_engine_once_and_int8_apart() -> None:
    def row(engine: str, precision: str, p50: float) -> dict[str, object]:
        return {"network": "fast", "size": "640x480", "engine": engine, "precision": precision,
                "p50_ms": p50}  # fmt: skip

    rows = [row("openvino", "int8", 7), row("openvino", "bf16", 9), row("openvino", "fp32", 14),
            row("torch", "bf16", 15), row("onnxruntime", "int8", 16)]  # fmt: skip
    assert [r["p50_ms"] for r in _telling(rows)] == [7, 9, 15]


def test_every_machine_has_its_folder() -> None:
    for measured in results().values():
        assert len({machine_line(result.machine) for result in measured}) == 1
        dates = [result.measured_at for result in measured]
        assert dates == sorted(dates, reverse=True)
