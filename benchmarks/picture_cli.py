"""`pleinair bench article`, `engines` and `scaling`: one picture, painted again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.output import (
    Device,
    JsonOut,
    Overwrite,
    Precisions,
    Seconds,
    parse_counts,
    parse_names,
    parse_sizes,
    positive,
    publish,
    tell,
)
from realtime.errors import UnknownNameError

Names = Annotated[
    list[str] | None, typer.Argument(help="Engines to measure; default: all that are here.")
]
With = Annotated[
    str, typer.Option("--with", help="Peers to measure beside: eager (naive PyTorch), or none.")
]


def article(
    names: Names = None,
    seconds: Seconds = 10.0,
    device: Device = "auto",
    precision: Precisions = None,
    vgg: Annotated[
        Path | None,
        typer.Option(help="VGG weights (a file or folder), to measure `pleinair paint` beside."),
    ] = None,
    steps: Annotated[int, typer.Option(help="Of `pleinair paint`, to extrapolate to.")] = 200,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure the article's own case: one 252x252 picture, cold and warm, on every engine."""
    from benchmarks.article import NOTES, measure_article
    from benchmarks.engines import Asked

    positive("--seconds", seconds)
    positive("--steps", steps)
    asked = Asked(seconds, device, parse_names(precision), tuple(names or ()))
    rows = measure_article(asked, vgg=vgg, steps=steps, tell=tell)
    publish(rows, json_out, NOTES, overwrite=overwrite)


def engines(
    names: Names = None,
    seconds: Seconds = 5.0,
    device: Device = "auto",
    precision: Precisions = None,
    networks: Annotated[
        str | None, typer.Option(help="article, fast, with commas; default: all that ship.")
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(help="WIDTHxHEIGHT, with commas, up to 3840x2160 and more; default: 252x252 "
                     "for article, 640x480 and 1280x720 for fast."),
    ] = None,
    peers: With = "eager",
    alone: Annotated[
        bool, typer.Option(help="Measure memory and cold start too, in a process for each.")
    ] = True,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:  # fmt: skip
    """Measure every engine side by side, in one run: the same pictures, in turns."""
    from benchmarks.contenders import PEERS
    from benchmarks.engines import Asked, measure_engines

    positive("--seconds", seconds)
    beside = () if peers == "none" else parse_names(peers)
    for peer in beside:
        if peer not in PEERS:
            raise UnknownNameError("peer", peer, (*PEERS, "none"))
    asked = Asked(
        seconds, device, parse_names(precision), tuple(names or ()), parse_names(networks),
        parse_sizes(sizes), beside, alone,
    )  # fmt: skip
    publish(measure_engines(asked, tell), json_out, overwrite=overwrite)


def scaling(
    seconds: Seconds = 3.0,
    engine: Annotated[str, typer.Option(help="auto, or an engine.")] = "auto",
    device: Device = "auto",
    precision: Annotated[str, typer.Option(help="auto, or a precision.")] = "auto",
    sizes: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT, with commas.")] = None,
    styles: Annotated[str, typer.Option(help="Numbers of styles, with commas.")] = "1,2,4,8,16,32",
    threads: Annotated[
        str | None,
        typer.Option(help="Numbers of threads, with commas; default: 1, 2, 4, ..."),
    ] = None,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure how the cost of a painting grows with pixels, with styles and with threads."""
    from benchmarks.scaling import SIZES, Asked, measure_scaling

    positive("--seconds", seconds)
    counts = parse_counts("--styles", styles), parse_counts("--threads", threads)
    asked = Asked(seconds, engine, device, precision, parse_sizes(sizes) or SIZES, *counts)
    publish(measure_scaling(asked, tell), json_out, overwrite=overwrite)
