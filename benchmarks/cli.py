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

HEADINGS = {
    "network": "network", "size": "size", "engine": "engine", "type": "precision",
    "p50 ms": "p50_ms", "p95 ms": "p95_ms", "fps": "fps", "x art.": "times_faster_than_article",
    "x eager": "times_faster_than_eager", "cold s": "cold_start_s",
}  # fmt: skip
app = typer.Typer(add_completion=False)
Seconds = Annotated[float, typer.Option(help="Time to spend on each measurement.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="JSON file to write.")] = Path("out/bench.json"),
    seconds: Seconds = 10.0,
    device: Device = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, fp16 or bf16.")] = "auto",
) -> None:
    """Measure painting one picture: the article's 252x252, and a webcam's 640x480."""
    if context.invoked_subcommand is not None:
        return
    rows = measure_all(seconds=seconds, device=device, precision=precision)
    result = _with_facts(rows)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n")
    Console().print(_table(rows))
    facts = result["machine"]
    typer.echo(f"{facts['cpu']}, {facts['cores']} cores, {', '.join(facts['gpus']) or 'no GPU'}")
    typer.echo(f"the article: {ARTICLE_SECONDS} s for 252x252, one cold run, 2015 laptop CPU")
    typer.echo(f"wrote {out}")


@app.command()
def engines(
    names: Annotated[
        list[str] | None, typer.Argument(help="Engines to measure; default: all that are here.")
    ] = None,
    seconds: Seconds = 5.0,
    device: Device = "auto",
    precision: Annotated[
        str, typer.Option(help="One or more of fp32, bf16, fp16, int8, with commas.")
    ] = "fp32,bf16,fp16,int8",
    json_out: Annotated[
        Path | None, typer.Option("--json", help="File for the data; - for standard output.")
    ] = None,
) -> None:
    """Measure every engine side by side, in one run, on the article's picture and a webcam's."""
    from benchmarks.engines import Asked, measure_engines

    precisions = tuple(part.strip() for part in precision.split(","))
    asked = Asked(seconds, device, precisions, tuple(names or ()))
    rows, refusals = measure_engines(asked, lambda line: typer.echo(line, err=True))
    result = _with_facts(rows) | {"not_measured": refusals}
    text = json.dumps(result, indent=2)
    if str(json_out) == "-":
        typer.echo(text)
        return
    Console().print(_table(rows))
    for line in _legend(rows):
        typer.echo(line)
    for line in _reasons(refusals):
        typer.echo(f"not measured: {line}")
    if json_out is not None:
        json_out.parent.mkdir(parents=True, exist_ok=True)
        json_out.write_text(text + "\n")
        typer.echo(f"wrote {json_out}")


def _reasons(refusals: dict[str, str]) -> list[str]:
    """What was refused, grouped by why."""
    grouped: dict[str, list[str]] = {}
    for what, why in refusals.items():
        grouped.setdefault(why, []).append(what)
    return [f"{'; '.join(what)}: {why}" for why, what in grouped.items()]


def _with_facts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_facts(),
        "article_seconds": ARTICLE_SECONDS,
        "rows": rows,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for heading in HEADINGS:
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(*(str(row.get(key, "")) for key in HEADINGS.values()))
    return table


def _legend(rows: list[dict[str, Any]]) -> list[str]:
    """What stands behind the names in the table: each once, without the precision."""
    return sorted({f"{row['engine']}: {row['runs_on'].rpartition(', ')[0]}" for row in rows})
