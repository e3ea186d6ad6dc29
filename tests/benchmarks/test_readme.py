"""The README's figures are those that were measured, and its styles those that ship."""

from __future__ import annotations

import pytest

from benchmarks.readme import ROOT, TABLES, renewed, table


def test_the_tables_are_not_stale() -> None:
    text = (ROOT / "README.md").read_text()
    assert renewed(text) == text, "run python -m benchmarks.readme"
    for name in TABLES:
        assert f"<!-- {name} -->" in text


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
