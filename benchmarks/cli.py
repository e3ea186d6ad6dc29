"""`pleinair bench`: measure this machine, print a table, keep the data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.article import ARTICLE_SECONDS, measure_all
from benchmarks.facts import machine_facts

app = typer.Typer(add_completion=False)


@app.command()
def main(
    out: Annotated[Path, typer.Option(help="JSON file to write.")] = Path("out/bench.json"),
    seconds: Annotated[float, typer.Option(help="Time to spend on each measurement.")] = 10.0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, fp16 or bf16.")] = "auto",
) -> None:
    """Measure painting one picture: the article's 252x252, and a webcam's 640x480."""
    rows = measure_all(seconds=seconds, device=device, precision=precision)
    facts = machine_facts()
    result = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "article_seconds": ARTICLE_SECONDS,
        "rows": rows,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n")
    Console().print(_table(rows))
    typer.echo(f"{facts['cpu']}, {facts['cores']} cores, {', '.join(facts['gpus']) or 'no GPU'}")
    typer.echo(f"the article: {ARTICLE_SECONDS} s for 252x252, one cold run, 2015 laptop CPU")
    typer.echo(f"wrote {out}")


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("network", "size", "runs on", "p50 ms", "p95 ms", "fps", "x article", "cold s")
    for row in rows:
        table.add_row(
            row["network"], row["size"], row["runs_on"], f"{row['p50_ms']}", f"{row['p95_ms']}",
            f"{row['fps']}", f"{row.get('times_faster_than_article', '')}",
            f"{row.get('cold_start_s', '')}",
        )  # fmt: skip
    return table
