"""`pleinair bench live`, `video` and `flicker`: many frames, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.output import (
    Device,
    JsonOut,
    Overwrite,
    Seconds,
    parse_sizes,
    positive,
    publish,
    tell,
)
from realtime.errors import UnknownNameError
from realtime.settings import PaintSettings, parse_size

Size = Annotated[str, typer.Option(help="WIDTHxHEIGHT.")]
Style = Annotated[str | None, typer.Option(help="Style, or a mix.")]
Engine = Annotated[str, typer.Option(help="auto, or an engine.")]
Precision = Annotated[str, typer.Option(help="auto, or a precision.")]


def live(
    source: Annotated[
        str, typer.Option(help="synthetic (a camera before the landscape), camera:0, a video.")
    ] = "synthetic",
    sink: Annotated[str, typer.Option(help="null or window.")] = "null",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT, one or more, with commas.")] = "640x480",
    rate: Annotated[float, typer.Option(help="Frames per second of the camera.")] = 120.0,
    seconds: Seconds = 10.0,
    style: Style = None,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure a camera, end to end: every stage, frames per second, drops, glass to glass."""
    from benchmarks.live import NOTES, Asked, measure_live

    positive("--seconds", seconds)
    positive("--rate", rate)
    if sink not in ("null", "window"):
        raise UnknownNameError("sink to measure live", sink, ("null", "window"))
    paint = PaintSettings(style=style, engine=engine, device=device, precision=precision)
    wanted = (Asked(one, rate, seconds, paint, source, sink) for one in parse_sizes(size))
    publish([measure_live(asked, tell) for asked in wanted], json_out, NOTES, overwrite=overwrite)


def video(
    frames: Annotated[int, typer.Option(help="Length of the clip.")] = 600,
    size: Size = "640x480",
    style: Style = None,
    engine: Engine = "auto",
    precision: Precision = "auto",
    stabilize: Annotated[bool, typer.Option("--stabilize", help="With the filter.")] = False,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure a clip with sound from file to file: frames per second, and memory."""
    from benchmarks.video import Asked, measure_video

    positive("--frames", frames)
    paint = PaintSettings(style=style, engine=engine, precision=precision)
    asked = Asked(frames, parse_size(size), paint, stabilize)
    publish([measure_video(asked, tell)], json_out, overwrite=overwrite)


def flicker(
    size: Size = "640x480",
    frames: Annotated[int, typer.Option(help="Frames per movie.")] = 20,
    photograph: Annotated[
        Path | None, typer.Option(help="The scene; default: the landscape.")
    ] = None,
    clip: Annotated[
        Path | None, typer.Option(help="A film, to follow by optical flow as well.")
    ] = None,
    style: Annotated[str | None, typer.Option(help="Only this style.")] = None,
    engine: Engine = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure how steady every style is, over what the camera itself does; 1 is as steady."""
    from benchmarks.flicker import Asked, measure_flicker

    positive("--frames", frames)
    asked = Asked(parse_size(size), frames, photograph, engine, clip, style)
    publish(measure_flicker(asked, tell), json_out, overwrite=overwrite)
