"""`pleinair bench`: measure this machine, print a table, keep the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.flow_cli import flicker, live, video
from benchmarks.long_cli import endurance, hold
from benchmarks.output import Device, Overwrite, console, show, tell
from benchmarks.picture_cli import article, engines, scaling
from benchmarks.result_cli import compare, goals, report
from realtime.options import HELP_NAMES
from realtime.terminal import echo

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, context_settings=HELP_NAMES)
for command in (
    article, engines, live, video, hold, endurance, flicker, scaling, goals, report, compare,
):  # fmt: skip
    app.command()(command)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Under two minutes.")] = False,
    out: Annotated[Path, typer.Option(help="JSON file to write.")] = Path("out/bench.json"),
    plot: Annotated[
        Path | None, typer.Option(help="Picture to draw, .svg or .png; default: beside the JSON.")
    ] = None,
    vgg: Annotated[
        Path | None, typer.Option(help="VGG weights, to measure `pleinair paint` beside.")
    ] = None,
    device: Device = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16, fp16 or int8.")] = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Measure this machine: the article's picture, engines, live, film, steadiness (15 minutes)."""
    if context.invoked_subcommand is not None:
        return
    from benchmarks.plot import check_plot, draw
    from benchmarks.schema import Result
    from benchmarks.suite import NOTES, full_parts, quick_parts, run_parts
    from benchmarks.terminal import rich_table
    from benchmarks.verdict import verdict
    from realtime.errors import MissingExtraError
    from realtime.sinks.outputs import require_free

    require_free(out, overwrite=overwrite)
    picture = plot or out.with_suffix(".svg")
    drawable = ""
    try:
        check_plot(picture)
    except MissingExtraError as exc:
        if plot is not None:
            raise
        drawable = str(exc)  # a plot nobody asked for is not worth stopping for
    else:
        require_free(picture, overwrite=overwrite)
    parts = (quick_parts if quick else full_parts)(device, precision, vgg)
    result = Result.here(run_parts(parts, tell), NOTES)
    result.write(out, overwrite=overwrite)
    show(result)
    echo()
    screen = console()
    screen.print(rich_table(verdict(result.rows), screen.width))
    echo(f"wrote {out}")
    if drawable:
        echo(f"no plot: {drawable}")
    else:
        draw([result], picture, overwrite=overwrite)
        echo(f"drew {picture}")
