"""`pleinair import`: a checkpoint that people already have becomes a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime.options import Overwrite, new_app
from realtime.terminal import echo

app = new_app()


@app.command()
def main(
    checkpoint: Annotated[Path, typer.Argument(help=".pth, .model, or a TensorFlow checkpoint.")],
    name: Annotated[str, typer.Option(help="What --style shall call it.")],
    out: Annotated[
        Path | None, typer.Option(help="The bundle to write; default: NAME.safetensors here.")
    ] = None,
    title: Annotated[str, typer.Option(help="Of the painting.")] = "",
    artist: Annotated[str, typer.Option(help="Who painted it.")] = "",
    year: Annotated[str, typer.Option(help="When.")] = "",
    licence: Annotated[str, typer.Option(help="Of the weights.")] = "as given by their author",
    overwrite: Overwrite = False,
) -> None:
    """Turn a checkpoint of fast-neural-style-tensorflow or pytorch/examples into a style bundle.

    The bundle paints what the original program paints.
    """
    from export.checkpoint import import_checkpoint
    from realtime.network.card import StyleCredit, require_style_name

    credit = StyleCredit(name=require_style_name(name), title=title, artist=artist, year=year)
    target = out or Path(f"{name}.safetensors")
    card = import_checkpoint(checkpoint, target, credit, licence=licence, overwrite=overwrite)
    echo(f"wrote {target}: {card.config.architecture} network, style {name}")
    echo(f"try it: pleinair live --bundle {target}")
