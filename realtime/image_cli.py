"""`pleinair image`: pictures, one or many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime.errors import EXIT_BAD, PleinairError
from realtime.options import (
    Bundle,
    Device,
    Engine,
    Fit,
    KeepColours,
    Overwrite,
    Precision,
    Strength,
    Stroke,
    Style,
    paint_settings,
)
from realtime.terminal import echo


def image(
    pictures: Annotated[list[Path], typer.Argument(help="Pictures, and folders of pictures.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Folder for the paintings, made if need be; default: beside each."
        ),
    ] = None,
    style: Style = None,
    strength: Strength = 1.0,
    stroke: Stroke = 1.0,
    keep_colours: KeepColours = False,
    size: Fit = None,
    overwrite: Overwrite = False,
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
    failures: list[PleinairError] = []

    def failed(error: PleinairError) -> None:
        failures.append(error)
        echo(f"pleinair: {error}", err=True)

    def say(line: object) -> None:
        echo(str(line))

    written = paint_images(settings, pictures, out, say, failed, overwrite=overwrite, tell=say)
    if failures:
        total = len(written) + len(failures)
        if total > 1:
            echo(f"{len(written)} of {total} pictures are painted")
        raise typer.Exit(EXIT_BAD)
