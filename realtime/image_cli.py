"""`pleinair image`: pictures, one or many, or one through pipes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime import options
from realtime.commands import put_json, require_json
from realtime.errors import EXIT_BAD, BadInputError, PleinairError
from realtime.settings import PaintSettings, parse_size
from realtime.terminal import echo

if TYPE_CHECKING:
    from realtime.app import PaintedImage


def image(
    pictures: Annotated[
        list[Path],
        typer.Argument(
            metavar="PICTURE...", help="Pictures, and folders of pictures; - is standard input."
        ),
    ],
    out: Annotated[
        Path | None,
        options.file_option(
            "--out",
            "-o",
            help="For one picture a file: .jpg, .png, .webp, or - for standard output. For several "
            "a folder, made if need be. Default: PICTURE-STYLE.jpg beside each.",
        ),
    ] = None,
    style: options.Style = None,
    strength: options.Strength = 1.0,
    stroke: options.Stroke = 1.0,
    keep_colours: options.KeepColours = False,
    size: options.Fit = None,
    overwrite: options.Overwrite = False,
    json_out: options.JsonFile = None,
    bundle: options.Bundle = None,
    engine: options.Engine = "auto",
    device: options.Device = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Paint pictures: PICTURE-STYLE.jpg and so on; the originals stay as they are."""
    settings = PaintSettings(
        style=style, strength=strength, stroke=stroke, keep_colours=keep_colours,
        size=parse_size(size) if size else None, bundle=bundle, engine=engine, device=device,
        precision=precision,
    )  # fmt: skip
    require_json(json_out, pictures, overwrite=overwrite)
    painted: list[PaintedImage] = []
    try:
        if options.PIPE in pictures or out == options.PIPE:
            painted.append(_through_pipes(settings, pictures, out, json_out, overwrite=overwrite))
        else:
            quiet = json_out == options.PIPE
            _files(settings, pictures, out, painted, overwrite=overwrite, quiet=quiet)
    finally:  # after Ctrl-C, too
        if json_out is not None and painted:
            put_json([_facts(one) for one in painted], json_out)
    if any(one.error for one in painted):
        raise typer.Exit(EXIT_BAD)


def _files(
    settings: PaintSettings,
    pictures: Sequence[Path],
    out: Path | None,
    painted: list[PaintedImage],
    *,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Paint files and print the results; nothing on standard output if `quiet`."""
    from realtime.app import paint_images

    def say(line: object) -> None:
        echo(str(line), err=quiet)

    def failed(error: PleinairError) -> None:
        echo(f"pleinair: {error}", err=True)

    written = paint_images(
        settings, pictures, out, say, failed, overwrite=overwrite, tell=say, record=painted.append
    )
    if len(painted) > 1 and len(written) < len(painted):
        say(f"{len(written)} of {len(painted)} pictures are painted")


def _through_pipes(
    settings: PaintSettings,
    pictures: Sequence[Path],
    out: Path | None,
    json_out: Path | None,
    *,
    overwrite: bool,
) -> PaintedImage:
    from realtime.app import PaintedImage
    from realtime.piped import paint_piped

    if len(pictures) > 1 or pictures[0].is_dir():
        raise BadInputError(
            "a pipe (-) takes one picture: give one, or a folder with --out for several"
        )
    if out in (None, options.PIPE) and json_out == options.PIPE:
        raise BadInputError(
            "standard output takes the picture or the JSON, not both: give --json FILE"
        )
    try:
        result = paint_piped(settings, pictures[0], out, overwrite=overwrite)
    except PleinairError as exc:
        echo(f"pleinair: {exc}", err=True)
        return PaintedImage(pictures[0], error=exc)
    if result != options.PIPE:
        echo(str(result), err=json_out == options.PIPE)
    return PaintedImage(pictures[0], result)


def _facts(one: PaintedImage) -> dict[str, object]:
    """Return the result of a picture as values for JSON."""
    return {
        "picture": str(one.picture),
        "result": None if one.result is None else str(one.result),
        "was_done": one.was_done,
        "error": None if one.error is None else str(one.error),
    }
