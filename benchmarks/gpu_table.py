"""README's table of GPUs, from what `python -m benchmarks.gpu` wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.scene import pixels_of
from benchmarks.schema import Result, Row
from benchmarks.tables import table

COLUMNS = {
    "network": "network", "size": "size", "what": "engine", "p50_ms": "p50 ms", "p95_ms": "p95 ms",
    "fps": "fps", "eager_ms": "eager fp32, network alone, ms",
}  # fmt: skip


def gpu_table(results: Mapping[str, Sequence[Result]]) -> list[str]:
    """Engines on GPUs, frame in and frame out, beside the network as its authors wrote it.

    Args:
        results: What was measured, by the folder of the machine.

    Returns:
        Lines of Markdown, a table for every machine.
    """
    lines: list[str] = []
    for folder, measured in results.items():
        rows = [row for result in measured for row in result.of("gpu") if "p50_ms" in row]
        engines = [_shown(row, rows) for row in rows if row["part"] == "engine"]
        if engines:
            engines.sort(key=lambda row: (row["network"], pixels_of(row["size"])))
            cards = ", ".join(measured[0].machine["gpus"])
            lines += [f"{cards} (`docs/results/{folder}/`):", ""]
            lines += [*table(engines, COLUMNS), ""]
    return lines[:-1]


def _shown(row: Row, rows: Sequence[Row]) -> Row:
    """Name engine and precision, without versions and the card's name, and what eager took."""
    eager = [
        other["p50_ms"]
        for other in rows
        if other["part"] == "network"
        and other["what"].startswith("eager fp32")
        and (other["network"], other["size"]) == (row["network"], row["size"])
    ]
    what: str = row["what"]
    short = f"{what.partition(' ')[0]} {what.rpartition(', ')[2]}"
    return row | {"what": short, "eager_ms": eager[0] if eager else ""}
