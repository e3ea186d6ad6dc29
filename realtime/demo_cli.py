"""`pleinair demo`: the animated landscape, painted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime import options
from realtime.commands import say_result
from realtime.settings import PaintSettings, parse_size
from realtime.terminal import echo


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for demo.mp4 and demo.png.")
    ] = Path("out"),
    seconds: Annotated[float, typer.Option(help="Length of the clip.")] = 6.0,
    style: options.Style = None,
    strength: options.Strength = 1.0,
    stroke: options.Stroke = 1.0,
    keep_colours: options.KeepColours = False,
    size: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT of the landscape.")] = None,
    overwrite: options.Overwrite = False,
    bundle: options.Bundle = None,
    engine: options.Engine = "auto",
    device: options.Device = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Paint an animated landscape: a clip and a still, no camera needed."""
    from realtime.app import paint_demo
    from realtime.progress import FrameProgress

    settings = PaintSettings(
        style=style, strength=strength, stroke=stroke, keep_colours=keep_colours,
        size=parse_size(size) if size else None, bundle=bundle, engine=engine, device=device,
        precision=precision,
    )  # fmt: skip
    with FrameProgress("landscape") as progress:
        progress.expect(round(seconds * 30))
        outcome = paint_demo(settings, out, seconds, progress.update, overwrite=overwrite)
    report = outcome.report
    echo(f"{report.frames} frames, {report.mean_fps:.1f} fps on {outcome.engine}")
    echo(f"latency of painting one frame: {report.engine_latency}")
    say_result(outcome)
    echo(f"before and after: {out / 'demo.png'}")
    echo("go live: pleinair live (a camera), or pleinair live --source synthetic")
