"""The styles that ship with pleinair: which paintings, which networks, one command to train them.

`python -m train.gallery --data DATA --vgg VGG` where DATA holds `content/` (photographs),
`content_val/` (photographs for the previews) and `styles/` (the paintings, by these file names),
and VGG the loss-network weights. Resumable: run it again and it goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from realtime.errors import EXIT_BAD, PleinairError
from realtime.network.library import find_bundle
from train.budget import steps_in
from train.distributed import World
from train.grow import go_half_way_back
from train.judges import load_judges
from train.loop import Extras, train
from train.paintings import PAINTINGS
from train.plan import pick_device, pick_precision
from train.progress import shown
from train.settings import TrainSettings


@dataclass(frozen=True)
class Round:
    """One run of training; it begins with the bundle of the round before."""

    styles: tuple[str, ...]
    """The styles that it learns."""
    settings: Mapping[str, Any]
    kept: tuple[str, ...] = ()
    """The styles that the bundle has already, and that stay what they are."""
    begins: str = ""
    """Another bundle of the gallery to begin with, made larger."""
    half_way_back: tuple[str, ...] = ()
    """Styles whose rows go half the way back in the end: the round cost them too much calm."""


FIRST = ("starry-night", "great-wave", "mosaic", "scream", "udnie", "metzinger")
ADDED = ("composition-vii", "mondrian", "parasol", "water-lilies", "shipwreck", "red-chalk")

ARTICLE: dict[str, Any] = {
    "architecture": "article",
    "batch": 2,
    "crop_px": 160,
    "style_weight": 3.0,
    "residual_scale": 0.05,
    "identity_steps": 150,
    "style_px": 320,
    "stability_weight": 0.0,
}

GENTLE = (1.0, 0.8, 0.4, 0.8, 0.8, 0.6, 0.8, 0.8, 1.0, 1.0, 1.0, 1.0)
"""Style factors of all twelve: paintings whose texture hides faces get less."""

TOGETHER: dict[str, Any] = {
    "batch": 2,
    "identity_steps": 0,
    "stability_weight": 5.0,
    "average_decay": 0.995,
    "style_factors": GENTLE,
}
"""All styles of a bundle that knows them already, once more."""

RUNS: dict[str, tuple[Round, ...]] = {
    "fast": (
        Round(FIRST, {"architecture": "fast", "steps": 2400, "batch": 2}),
        Round(
            FIRST,
            {
                "architecture": "fast",
                "steps": 450,
                "batch": 2,
                "learning_rate": 5e-4,
                "identity_steps": 0,
                "style_factors": (1.0, 0.8, 0.25, 0.8, 0.8, 0.5),
            },
        ),
        Round(
            ADDED,
            {
                "architecture": "fast",
                "steps": 1800,
                "batch": 2,
                "identity_steps": 0,
                "rows_only": True,
                "style_factors": (0.7, 0.7, 1.0, 1.0, 1.0, 1.0),
            },
            kept=FIRST,
        ),
        # The styles added last had learned their rows only; now all learn together, and the noise
        # gain of a third of what it may be leaves room for less weight on calm.
        Round(
            FIRST + ADDED,
            TOGETHER | {"architecture": "fast", "steps": 2000},
            half_way_back=("mosaic",),
        ),
    ),
    "quality": (
        Round(
            FIRST + ADDED,
            {
                "architecture": "quality",
                "steps": 3000,
                "batch": 2,
                "identity_steps": 0,
                "style_factors": GENTLE,
            },
            begins="fast",
        ),
        Round(FIRST + ADDED, TOGETHER | {"architecture": "quality", "steps": 1600}),
    ),
    # Its norm before tanh forces every colour to a mean of 127.5 and a deviation of about 80: only
    # paintings of high contrast can be learned well.
    "article": (Round(("edtaonisl",), ARTICLE | {"steps": 650}),),
    "article-udnie": (Round(("udnie",), ARTICLE | {"steps": 900}),),
}
"""Bundle name -> the rounds that train it."""

app = typer.Typer(add_completion=False)


@app.command()
def main(
    data: Annotated[Path, typer.Option(help="Folder with content/, content_val/ and styles/.")],
    vgg: Annotated[Path, typer.Option(help="Folder with the loss-network weights.")],
    out: Annotated[Path, typer.Option(help="Where bundles and previews go.")] = Path("out/gallery"),
    only: Annotated[str, typer.Option(help="Train only this bundle.")] = "",
    minutes: Annotated[
        float | None, typer.Option(help="Train this long in all instead (a lesser result).")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    begin_with: Annotated[
        Path | None,
        typer.Option(help="Only the last round of --only, beginning with this bundle."),
    ] = None,
) -> None:
    """Train the bundles that ship with pleinair. Run it again, and it goes on where it stopped."""
    if only and only not in RUNS:
        raise typer.BadParameter(f"no bundle {only!r}: expected {', '.join(RUNS)}")
    runs = {name: rounds for name, rounds in RUNS.items() if only in ("", name)}
    if begin_with is not None:
        runs = {name: rounds[-1:] for name, rounds in runs.items()}
    everything = sum(round_.settings["steps"] for rounds in runs.values() for round_ in rounds)
    world = World(device=pick_device(device))
    for bundle, rounds in runs.items():
        start = begin_with
        for number, round_ in enumerate(rounds, start=1):
            last = round_ is rounds[-1]
            path = out / (f"{bundle}.safetensors" if last else f"{bundle}-{number}.safetensors")
            settings = _settings(round_, data, world.device)
            judges = load_judges(vgg, settings)
            if round_.begins and begin_with is None:
                start = _newest(round_.begins, out)
            credits = tuple(PAINTINGS[name].credit for name in round_.styles)
            if minutes is not None:
                share = minutes * settings.steps / everything
                settings = steps_in(
                    share, settings, judges, credits, path, start=start, world=world
                )
            with shown(path.stem) as listen:
                extras = Extras(previews=_previews(data), listen=listen)
                train(settings, judges, credits, path, start=start, extras=extras, world=world)
            if round_.half_way_back and start is not None and world.first:
                go_half_way_back(path, start, round_.half_way_back)
            start = path


def _settings(round_: Round, data: Path, device: torch.device) -> TrainSettings:
    return TrainSettings(
        styles=tuple(data / "styles" / PAINTINGS[name].file for name in round_.styles),
        content=data / "content",
        kept_styles=len(round_.kept),
        **({"precision": pick_precision("auto", device)} | dict(round_.settings)),
    )


def _newest(bundle: str, out: Path) -> Path:
    """Return a bundle as it was just trained, or as it ships."""
    trained = out / f"{bundle}.safetensors"
    return trained if trained.exists() else find_bundle(bundle)


def _previews(data: Path) -> tuple[Path, ...]:
    return tuple(sorted((data / "content_val").glob("*.jpg")))[3:10:2]


if __name__ == "__main__":
    try:
        app()
    except PleinairError as exc:
        typer.echo(f"train.gallery: {exc}", err=True)
        sys.exit(EXIT_BAD)
