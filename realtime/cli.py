"""The command line: reads what the user wants and prints what happened.

Heavy imports (torch, OpenCV, PyAV) wait until a command needs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime.about_cli import doctor, styles
from realtime.commands import Commands, JsonCommand, mount
from realtime.live_cli import live, say_result
from realtime.options import (
    HELP_NAMES,
    Bundle,
    Device,
    Engine,
    Fit,
    KeepColours,
    Precision,
    Strength,
    Stroke,
    Style,
    paint_settings,
)
from realtime.video_cli import video

app = typer.Typer(
    name="pleinair",
    help="Paint a webcam, a video or pictures in the style of a painting, live.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    cls=Commands,
    context_settings=HELP_NAMES,
)


app.command(cls=JsonCommand)(live)
app.command(cls=JsonCommand)(video)


@app.command()
def image(
    pictures: Annotated[list[Path], typer.Argument(help="One or more pictures.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the paintings; default: beside each picture."),
    ] = None,
    style: Style = None,
    strength: Strength = 1.0,
    stroke: Stroke = 1.0,
    keep_colours: KeepColours = False,
    size: Fit = None,
    bundle: Bundle = None,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Paint pictures: PICTURE-STYLE.jpg and so on; the originals stay as they are."""
    from realtime.app import paint_images

    settings = paint_settings(
        style, strength, size, bundle, engine, device, precision, stroke, keep_colours
    )
    paint_images(settings, pictures, out, lambda path: typer.echo(str(path)))


@app.command()
def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for demo.mp4 and demo.png.")
    ] = Path("out"),
    seconds: Annotated[float, typer.Option(help="Length of the clip.")] = 6.0,
    style: Style = None,
    strength: Strength = 1.0,
    stroke: Stroke = 1.0,
    keep_colours: KeepColours = False,
    size: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT of the landscape.")] = None,
    bundle: Bundle = None,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Paint an animated landscape: a clip and a still, no camera needed."""
    from realtime.app import paint_demo
    from realtime.progress import FrameProgress

    settings = paint_settings(
        style, strength, size, bundle, engine, device, precision, stroke, keep_colours
    )
    with FrameProgress("landscape") as progress:
        progress.expect(round(seconds * 30))
        outcome = paint_demo(settings, out, seconds, progress.update)
    report = outcome.report
    typer.echo(f"{report.frames} frames, {report.mean_fps:.1f} fps on {outcome.engine}")
    typer.echo(f"latency of painting one frame: {report.engine_latency}")
    say_result(outcome)
    typer.echo(f"before and after: {out / 'demo.png'}")
    typer.echo("go live: pleinair live (a camera), or pleinair live --source synthetic")


app.command(cls=JsonCommand)(styles)
app.command(cls=JsonCommand)(doctor)


mount(app)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"pleinair {version('pleinair')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Paint a webcam, a video or pictures in the style of a painting, live."""
