"""`pleinair live`: the live window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime import options
from realtime.commands import put_json, require_json, say_result
from realtime.settings import FASTEST, LiveSettings, parse_size
from realtime.terminal import echo

SINKS = ("window", *(name for name in options.plugin_names("sinks", "sink") if name != "window"))


def live(
    source: Annotated[
        str,
        typer.Option(
            metavar="[camera|synthetic|screen|FILE|URL]",
            help="What is painted; synthetic is a landscape, URL http:// or rtsp://.",
        ),
    ] = "camera",
    camera: Annotated[
        str | None, typer.Option(help="Which camera: its number, device or a part of its name.")
    ] = None,
    loop: Annotated[
        bool, typer.Option("--loop", "--as-camera", help="Play a video file without end.")
    ] = False,
    sink: Annotated[
        str, typer.Option(help="Where to show it; null only measures.", **options.one_of(*SINKS))
    ] = "window",
    out: Annotated[
        Path | None, options.file_option("--out", "-o", help="File to write with --sink video.")
    ] = None,
    style: options.Style = None,
    strength: Annotated[float | None, options.STRENGTH] = None,
    stroke: options.Stroke = None,
    keep_colours: Annotated[
        bool | None,
        options.look_option(
            "--keep-colours/--no-keep-colours",
            "--keep-colors/--no-keep-colors",
            help="Keep the original's colours.",
        ),
    ] = None,
    size: Annotated[
        str | None, typer.Option(metavar="WIDTHxHEIGHT", help="Ask the source for this size.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(help="Ask the source for frames per second.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="End after this many seconds.")] = None,
    fps: options.HoldFps = None,
    latency: Annotated[
        float | None, options.time_option(help="Hold this latency, in ms from capture to screen.")
    ] = None,
    mirror: Annotated[
        bool | None, typer.Option("--mirror/--no-mirror", help="Swap left and right.")
    ] = None,
    overlay: Annotated[
        bool | None, typer.Option("--overlay/--no-overlay", help="Draw figures over the picture.")
    ] = None,
    denoise: Annotated[
        bool, typer.Option("--denoise/--no-denoise", help="Denoise noisy frames before painting.")
    ] = True,
    virtual_camera: Annotated[
        bool, typer.Option("--virtual-camera", help="Feed a virtual camera, for other programs.")
    ] = False,
    microphone: Annotated[
        str | None,
        typer.Option(
            metavar="[NAME]",
            help="Sound in recordings (key a): by a part of its name or its number; or synthetic.",
        ),
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Neither restore nor save the state of the session.")
    ] = False,
    snapshots: Annotated[
        Path, options.file_option(help="Folder for snapshots (key s) and recordings (key r).")
    ] = Path(),
    json_out: options.JsonFile = None,
    overwrite: options.Overwrite = False,
    bundle: options.Bundle = None,
    engine: options.Engine = "auto",
    device: options.Device = "auto",
    precision: options.Precision = FASTEST,
) -> None:
    """Paint a camera, live, in a window. Press h in the window for the keys."""
    from realtime.live.drawing import dropped_share
    from realtime.live.run import figures, run_live
    from realtime.sources import files_of

    settings = LiveSettings(
        style=style, live_strength=strength, live_stroke=stroke, live_keep_colours=keep_colours,
        bundle=bundle, engine=engine, device=device,
        precision=precision, size=parse_size(size) if size else None,
        source=f"camera:{camera}" if camera else source, sink=sink,
        out=out, rate_fps=rate, seconds=seconds, mirror=mirror, overlay=overlay,
        snapshots=snapshots, loop=loop, hold_fps=fps, latency_ms=latency, denoise=denoise,
        virtual_camera=virtual_camera, microphone=microphone, remembers=not forget,
        overwrite=overwrite,
    )  # fmt: skip
    to_stdout = json_out == options.PIPE
    require_json(json_out, files_of(settings.source), overwrite=overwrite)
    outcome = run_live(settings, lambda line: echo(line, err=to_stdout))
    if json_out is not None:
        put_json(figures(outcome), json_out)
    if to_stdout:
        return
    report = outcome.report
    echo(
        f"{report.frames} frames in {report.seconds:.1f} s: {report.mean_fps:.1f} fps end to end, "
        f"{dropped_share(report):.0%} of the source's frames dropped"
    )
    if (after := outcome.first_painted_seconds) is not None:
        echo(f"first painted frame {after:.2f} s after the start of the program")
    echo(f"latency, capture to shown: {report.latency}")
    echo(f"of which the engine: {report.engine_latency}")
    say_result(outcome)
