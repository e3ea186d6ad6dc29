"""`pleinair studio`: everything in one page, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime import options
from realtime.errors import MissingExtraError
from realtime.settings import FASTEST, LiveSettings, parse_size
from realtime.studio.settings import DEFAULT_PORT, StudioSettings, default_folder
from realtime.terminal import echo


def studio(
    source: Annotated[
        str | None,
        typer.Option(
            metavar="[camera|synthetic|screen|FILE|URL]",
            help="Offer this as well, beside the browser's camera and the landscape.",
        ),
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(help="A camera of this machine: its number, device or a part of its name."),
    ] = None,
    style: options.Style = None,
    size: Annotated[
        str | None, typer.Option(metavar="WIDTHxHEIGHT", help="Ask cameras for this size.")
    ] = None,
    fps: options.HoldFps = None,
    latency: Annotated[
        float | None, options.time_option(help="Hold this latency, in ms from capture to painting.")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Listen for other machines, which need the token in the address: 0.0.0.0 is all.",
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Port to listen at; 0 takes a free one.")] = (
        DEFAULT_PORT
    ),
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address.")] = False,
    folder: Annotated[
        Path | None, options.file_option(help="Folder for dropped files and their results.")
    ] = None,
    content: Annotated[
        Path | None, options.file_option(help="Photographs to learn styles with.")
    ] = None,
    vgg: Annotated[
        Path | None, options.file_option(help="VGG weights to learn styles with.")
    ] = None,
    bundle: options.Bundle = None,
    engine: options.Engine = "auto",
    device: options.Device = "auto",
    precision: options.Precision = FASTEST,
) -> None:
    """Open the studio: a page in your browser, served by this machine, for this machine."""
    try:
        from realtime.studio.server import serve
    except ModuleNotFoundError as exc:
        if exc.name in ("starlette", "uvicorn", "websockets"):
            raise MissingExtraError("the studio", exc.name, "studio") from exc
        raise

    live = LiveSettings(
        style=style, bundle=bundle, engine=engine, device=device, precision=precision,
        size=parse_size(size) if size else None, sink="null", hold_fps=fps, latency_ms=latency,
        source=f"camera:{camera}" if camera else source or "synthetic", loop=True,
        mirror=not (camera or source),
    )  # fmt: skip
    asked = StudioSettings(
        live=live, own_source=bool(camera or source), host=host, port=port,
        folder=folder or default_folder(), content=content, vgg=vgg,
    )  # fmt: skip
    serve(asked, echo, browser=not no_browser)
