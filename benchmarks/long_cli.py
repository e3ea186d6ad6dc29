"""`pleinair bench hold` and `endurance`: what a live session does over time."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks.output import JsonOut, Overwrite, positive, publish, tell
from realtime.settings import parse_size

Engine = Annotated[str, typer.Option(help="auto, or an engine.")]


def hold(
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT.")] = "1280x720",
    fps: Annotated[float, typer.Option(help="The rate to hold.")] = 30.0,
    latency: Annotated[float, typer.Option(help="The ms from capture to shown to hold.")] = 80.0,
    seconds: Annotated[float, typer.Option(help="Of each of the three phases.")] = 15.0,
    bundle: Annotated[str | None, typer.Option(help="Style bundle; default: fast.")] = None,
    engine: Engine = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure the latency-budget controller: alone, beside a load on one core, and alone again."""
    from benchmarks.hold import NOTES, Asked, measure_hold

    for option, value in (("--fps", fps), ("--latency", latency), ("--seconds", seconds)):
        positive(option, value)
    asked = Asked(parse_size(size), fps, latency, seconds, bundle=bundle, engine=engine)
    publish(measure_hold(asked, tell), json_out, NOTES, overwrite=overwrite)


def endurance(
    minutes: Annotated[float, typer.Option(help="How long to run.")] = 10.0,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT.")] = "640x480",
    engine: Engine = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Run live for minutes, and see whether memory, threads or open files grow."""
    from benchmarks.endurance import measure_endurance

    positive("--minutes", minutes)
    publish(
        [measure_endurance(60 * minutes, parse_size(size), engine, tell)],
        json_out,
        overwrite=overwrite,
    )
