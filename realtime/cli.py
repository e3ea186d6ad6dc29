"""The command line: reads what the user wants and prints what happened.

Heavy imports (torch, OpenCV, PyAV) wait until a command needs them.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime.about_cli import doctor, styles
from realtime.errors import EXIT_INTERRUPTED
from realtime.options import (
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
from realtime.settings import LiveSettings, parse_size
from realtime.video_cli import video

if TYPE_CHECKING:
    from realtime.app import Outcome

app = typer.Typer(
    name="pleinair",
    help="Paint a webcam, a video or pictures in the style of a painting, live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def live(
    source: Annotated[
        str,
        typer.Option(
            help="camera, synthetic (a landscape), screen, a video file, or http://, rtsp://."
        ),
    ] = "camera",
    camera: Annotated[
        str | None,
        typer.Option(help="Which camera: its number, device or a part of its name."),
    ] = None,
    loop: Annotated[
        bool, typer.Option("--loop", "--as-camera", help="Play a video file without end.")
    ] = False,
    sink: Annotated[str, typer.Option(help="window, null (measure only) or video.")] = "window",
    out: Annotated[Path | None, typer.Option(help="File to write with --sink video.")] = None,
    style: Style = None,
    strength: Annotated[
        float | None, typer.Option(help="0 leaves the picture as it is, 1 paints it fully.")
    ] = None,
    size: Annotated[str | None, typer.Option(help="Ask the source for WIDTHxHEIGHT.")] = None,
    rate: Annotated[
        float | None, typer.Option(help="Ask the source for frames per second.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="End after this many seconds.")] = None,
    fps: Annotated[
        float | None, typer.Option(help="Hold this rate: paint smaller where it must be.")
    ] = None,
    latency: Annotated[
        float | None, typer.Option(help="Hold this many ms from capture to shown, likewise.")
    ] = None,
    mirror: Annotated[
        bool | None, typer.Option("--mirror/--no-mirror", help="Swap left and right.")
    ] = None,
    overlay: Annotated[
        bool | None,
        typer.Option("--overlay/--no-overlay", help="Write figures into the picture."),
    ] = None,
    denoise: Annotated[
        bool,
        typer.Option("--denoise/--no-denoise", help="Take much noise out before painting."),
    ] = True,
    virtual_camera: Annotated[
        bool, typer.Option("--virtual-camera", help="Be a camera for other programs, too.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Neither begin as last time nor remember this time.")
    ] = False,
    snapshots: Annotated[
        Path, typer.Option(help="Folder for snapshots (key s) and recordings (key r).")
    ] = Path(),
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write the figures; - for standard output.")
    ] = None,
    bundle: Bundle = None,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Paint a camera, live, in a window. Press h in the window for the keys."""
    from realtime.app import run_live
    from realtime.live.caption import dropped_share

    settings = LiveSettings(
        style=style, live_strength=strength, bundle=bundle, engine=engine, device=device,
        precision=precision, size=parse_size(size) if size else None,
        source=f"camera:{camera}" if camera else source, sink=sink,
        out=out, rate_fps=rate, seconds=seconds, mirror=mirror, overlay=overlay,
        snapshots=snapshots, loop=loop, hold_fps=fps, latency_ms=latency, denoise=denoise,
        virtual_camera=virtual_camera, remembers=not forget,
    )  # fmt: skip
    to_stdout = str(json_out) == "-"
    outcome = run_live(settings, lambda line: typer.echo(line, err=to_stdout))
    if json_out is not None:
        _write_figures(outcome, json_out)
    if to_stdout:
        return
    report = outcome.report
    typer.echo(
        f"{report.frames} frames in {report.seconds:.1f} s: {report.mean_fps:.1f} fps end to end, "
        f"{dropped_share(report):.0%} of the source's frames dropped"
    )
    if (after := outcome.first_painted_seconds) is not None:
        typer.echo(f"first painted frame {after:.2f} s after the start of the program")
    typer.echo(f"latency, capture to shown: {report.latency}")
    typer.echo(f"of which the engine: {report.engine_latency}")
    _say_result(outcome)


@app.command()
def image(
    pictures: Annotated[list[Path], typer.Argument(help="One or more pictures.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the paintings; default: beside each picture.")
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
    out: Annotated[Path, typer.Option(help="Folder for demo.mp4 and demo.png.")] = Path("out"),
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
    _say_result(outcome)
    typer.echo(f"before and after: {out / 'demo.png'}")
    typer.echo("go live: pleinair live (a camera), or pleinair live --source synthetic")


app.command()(video)
app.command()(styles)
app.command()(doctor)


def _mount(name: str, module: str, help_text: str) -> None:
    """Offer another package's typer app as a command, importing it only when it is called."""

    def command(context: typer.Context) -> None:
        importlib.import_module(module).app(context.args, prog_name=f"pleinair {name}")

    settings = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    app.command(name, help=help_text, context_settings=settings)(command)


_mount("train", "train.cli", "Learn a style from a painting.")
_mount("paint", "train.paint_cli", "Paint one picture slowly, by optimising its pixels.")
_mount("appraise", "train.appraise_cli", "Measure what a style bundle is worth.")
_mount(
    "export", "export.cli", "Write a style bundle for other programs (ONNX, OpenVINO, TensorRT)."
)
_mount("import", "export.import_cli", "Turn a checkpoint you have into a style bundle.")
_mount("bench", "benchmarks.cli", "Measure speed on this machine, against the article.")


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


def _write_figures(outcome: Outcome, path: Path) -> None:
    from realtime.folders import write_whole
    from realtime.live.figures import figures

    text = json.dumps(figures(outcome), indent=2) + "\n"
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        write_whole(path, text.encode())


def _say_result(outcome: Outcome) -> None:
    if outcome.result is not None:
        typer.echo(
            f"{'interrupted; painted so far' if outcome.interrupted else 'wrote'}: {outcome.result}"
        )
    if outcome.interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
