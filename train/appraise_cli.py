"""`pleinair appraise`: what a style bundle is worth, measured and written into its card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime.errors import BadInputError
from realtime.network.card import read_card
from realtime.network.describe import TABLE_HEAD, appraisal_row
from realtime.network.library import find_bundle
from realtime.options import HELP_NAMES
from train.appraise import Appraisal, Terms, appraise, rounded
from train.data import find_photographs
from train.plan import pick_device, pick_precision

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, context_settings=HELP_NAMES)


@app.command()
def main(
    bundle: Annotated[str, typer.Argument(help="A bundle file, or a name: fast.")],
    photographs: Annotated[
        Path, typer.Option(help="Folder of photographs that were not trained on.")
    ],
    paintings: Annotated[
        Path, typer.Option(help="Folder with the paintings, under the file names of the card.")
    ],
    vgg: Annotated[
        Path | None,
        typer.Option(help="VGG-16 or VGG-19 weights, a file or a folder; default: torchvision's."),
    ] = None,
    size: Annotated[int, typer.Option(help="Longer side of the photographs in pixels.")] = 480,
    steps: Annotated[
        int,
        typer.Option(
            help="Count equivalent steps of Adam up to here; 0 leaves out this slow part."
        ),
    ] = 200,
    first: Annotated[
        int | None, typer.Option(help="Only so many photographs, the first of the folder.")
    ] = None,
    count_on: Annotated[
        int | None,
        typer.Option(help="Count steps on so many of the photographs only; default: on all."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    precision: Annotated[
        str, typer.Option(help="Of the loss networks: auto, fp32, bf16.")
    ] = "auto",
) -> None:
    """Measure a bundle on photographs it never saw; the result becomes part of its card.

    Losses, the steps of Adam on the pixels that reach them, and how much the painting moves when
    only the camera's noise does, or when everything moves by 3 pixels.
    """
    too_few = any(number is not None and number < 1 for number in (first, count_on))
    if not 96 <= size <= 4096 or steps < 0 or too_few:
        raise BadInputError(
            "--size must be from 96 to 4096, --steps 0 or more, --first and --count-on at least 1; "
            f"got {size}, {steps}, {first}, {count_on}"
        )
    path = find_bundle(bundle)
    read_card(path)
    chosen = find_photographs(photographs)[:first]
    where = pick_device(device)
    terms = Terms(
        long_side_px=size, most_steps=steps, counted_on=count_on,
        precision=pick_precision(precision, where),
    )  # fmt: skip
    typer.echo(TABLE_HEAD)

    def listen(style: str, appraisal: Appraisal) -> None:
        typer.echo(appraisal_row(style, rounded(appraisal)))

    appraise(path, chosen, paintings, vgg, terms=terms, device=where, listen=listen)
    typer.echo(f"written into the card of {path}; `pleinair styles {path.stem}` shows it")
