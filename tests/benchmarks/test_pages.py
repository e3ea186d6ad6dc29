"""The README's figures are those that were measured, and its styles those that ship."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageSequence

from benchmarks.pages import (
    FIRST_PAGE,
    HOLD,
    MOVING,
    PAGES,
    ROOT,
    SHOWN_PX,
    SPEED,
    STYLES,
    SWEEP,
    TABLES,
    digest,
    fastest_rows,
    gif,
    renewed,
    results,
    speed,
)
from benchmarks.report import table
from benchmarks.result import machine_line
from realtime.provenance import is_ours


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
    assert [r["p50_ms"] for r in fastest_rows(rows)] == [7, 9, 15]


def test_every_machine_has_its_folder() -> None:
    for measured in results().values():
        assert len({machine_line(result.machine) for result in measured}) == 1
        dates = [result.measured_at for result in measured]
        assert dates == sorted(dates, reverse=True)


def test_the_plot_is_not_stale() -> None:
    assert digest() in SPEED.read_text(), "run python -m benchmarks.pages --pictures"


def test_the_moving_picture_is_ours_short_and_light() -> None:
    assert is_ours(MOVING)
    assert MOVING.stat().st_size < 1_500_000
    with Image.open(MOVING) as picture:
        assert picture.size == SHOWN_PX
        assert picture.n_frames == (HOLD + SWEEP) * (len(STYLES) + 1)  # type: ignore[attr-defined]
        assert picture.info["loop"] == 0


def test_a_gif_repeats_and_keeps_its_colours() -> None:
    red, blue = np.zeros((2, 24, 32, 3), np.uint8)
    red[..., 0] = blue[..., 2] = 255
    data = gif([red, blue])
    with Image.open(io.BytesIO(data)) as picture:
        shown = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)]
        assert picture.info["loop"] == 0
    assert np.array_equal(shown, [red, blue])


def test_the_first_page_is_short_and_its_links_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme.count("\n") < 200
    assert len(speed()) == 2 + FIRST_PAGE
    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", page.read_text()):
            if link and "://" not in link:
                assert (page.parent / link).exists(), f"{page.name} links to {link}"
