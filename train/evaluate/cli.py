"""`pleinair appraise`: what a style bundle is worth, measured and written into its card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime.errors import BadInputError
from realtime.network.card import read_card
from realtime.network.describe import TABLE_HEAD, appraisal_row
from realtime.network.device import choose_device
from realtime.network.library import find_bundle
from realtime.options import Vgg, new_app
from realtime.terminal import echo
from train.data import find_photographs
from train.evaluate.evaluate import Appraisal, appraise, rounded
from train.loss.load_loss import load_octave_loss

app = new_app()


@app.command()
def main(
    bundle: Annotated[str, typer.Argument(help="A bundle file, or a name: fast.")],
    photographs: Annotated[
        Path, typer.Option(help="Folder of photographs that were not trained on.")
    ],
    paintings: Annotated[
        Path, typer.Option(help="Folder with the paintings, under the file names of the card.")
    ],
    vgg: Vgg = None,
    size: Annotated[
        int | None,
        typer.Option(help="Longer side that the photographs are scaled to; default: as they are."),
    ] = None,
    first: Annotated[
        int | None, typer.Option(help="Only so many photographs, the first of the folder.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Measure a bundle on photographs it never saw; the result becomes part of its card.

    Structure: 0 is the photograph, 2 has nothing of it. Texture: 0 is the painting's own. And how
    much the painting moves when only the camera's noise does, or when everything moves by 3 pixels.
    """
    if (size is not None and not 96 <= size <= 4096) or (first is not None and first < 1):
        raise BadInputError(
            f"--size must be from 96 to 4096, --first at least 1; got {size}, {first}"
        )
    path = find_bundle(bundle)
    read_card(path)
    chosen = find_photographs(photographs)[:first]
    network = load_octave_loss(vgg).network
    echo(TABLE_HEAD)

    def listen(style: str, appraisal: Appraisal) -> None:
        echo(appraisal_row(style, rounded(appraisal)))

    appraise(
        path, chosen, paintings, network, long_side_px=size,
        device=choose_device(device), listen=listen,
    )  # fmt: skip
    echo(f"written into the card of {path}; `pleinair styles {path.stem}` shows it")
