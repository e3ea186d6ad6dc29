"""`pleinair bench report`, `compare` and `goals`: what files of results say."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.output import (
    JsonOut,
    Overwrite,
    Seconds,
    checked,
    keep,
    positive,
    publish,
    show,
    tell,
)
from benchmarks.schema import command_line, machine_line, read
from realtime.folders import write_whole
from realtime.provenance import TEXT_MARK
from realtime.sinks.outputs import refuse_same_file, require_free


def report(
    files: Annotated[list[Path], typer.Argument(help="What `bench ... --json FILE` wrote.")],
    markdown: Annotated[
        Path | None,
        typer.Option(help="Markdown page to write; - for standard output.", callback=checked),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Picture to draw: .svg or .png.", callback=checked)
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Show results as tables, as a Markdown page, and as a plot."""
    from benchmarks.plot import check_plot, draw
    from benchmarks.report import combined, page

    if plot is not None:
        check_plot(plot)
    results = [read(file) for file in files]
    if str(markdown) == "-":
        typer.echo(page(results), nl=False)
    else:
        show(combined(results))
    if markdown is not None and str(markdown) != "-":
        require_free(markdown, files, overwrite=overwrite)
        write_whole(markdown, page(results).encode() + TEXT_MARK)
        tell(f"wrote {markdown}")
    if plot is not None:
        draw(results, plot, overwrite=overwrite)
        tell(f"drew {plot}")


def compare(
    one: Annotated[Path, typer.Argument(help="What `bench engines --json` wrote here.")],
    other: Annotated[Path, typer.Argument(help="And what it wrote on another machine.")],
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Tell how many times faster another machine is, and where that stops mattering."""
    from benchmarks.compare import compare as compared

    _keep_apart(json_out, [one, other])
    first, second = read(one), read(other)
    rows = compared(first, second)
    for name, result in (("one", first), ("other", second)):
        tell(f"{name}: {machine_line(result.machine)}")
    publish(rows, json_out, overwrite=overwrite)


def goals(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Results to look into; none: measure here and now (half an hour)."),
    ] = None,
    seconds: Seconds = 5.0,
    frames: Annotated[int, typer.Option(help="Of the film.")] = 10_000,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Show the numbers to reach beside what was measured: goal, measured, met, and what is next."""
    from benchmarks.goals import judge
    from benchmarks.report import combined
    from benchmarks.schema import Result
    from benchmarks.suite import goal_parts, run_parts

    positive("--seconds", seconds)
    positive("--frames", frames)
    _keep_apart(json_out, files or [])
    if files:
        results = [read(file) for file in files]
        sources = f"Figures from {', '.join(file.name for file in files)}."
        kept = [sources, *combined(results).notes]
        found = replace(
            combined(results), rows=judge(results), notes=kept, command=command_line(sys.argv)
        )
    else:
        measured = Result.here(run_parts(goal_parts(seconds, frames), tell))
        found = replace(measured, rows=[*judge([measured]), *measured.rows])
    keep(found, json_out, overwrite=overwrite)


def _keep_apart(json_out: Path | None, inputs: Sequence[Path]) -> None:
    """Refuse to write over what is read, which is ours as well."""
    for path in inputs:
        if json_out is not None:
            refuse_same_file(json_out, path)
