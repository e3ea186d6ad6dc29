"""`pleinair train`: a painting in, a style bundle out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from realtime.errors import BadInputError
from realtime.interrupt import stop_on_interrupt
from realtime.network.card import StyleCredit
from train.judges import load_judges
from train.loop import Progress as TrainProgress
from train.loop import train
from train.settings import TrainSettings

app = typer.Typer(add_completion=False)
EXIT_INTERRUPTED = 130


@app.command()
def main(
    paintings: Annotated[list[Path], typer.Argument(help="One or more paintings to learn from.")],
    content: Annotated[
        Path, typer.Option(help="Folder of photographs to practise on (COCO train2014, or any).")
    ],
    out: Annotated[Path, typer.Option(help="The bundle to write.")] = Path("mine.safetensors"),
    vgg: Annotated[
        Path | None,
        typer.Option(help="VGG-16 or VGG-19 weights, a file or a folder; default: torchvision's."),
    ] = None,
    architecture: Annotated[str, typer.Option(help="fast or article.")] = "fast",
    steps: Annotated[int, typer.Option(help="Steps of training.")] = 2000,
    batch: Annotated[int, typer.Option(help="Photographs per step.")] = 4,
    style_weight: Annotated[float, typer.Option(help="Higher: more painting, less photo.")] = 15.0,
    style_px: Annotated[int, typer.Option(help="Shorter side of the paintings in pixels.")] = 384,
    preview: Annotated[
        list[Path] | None, typer.Option(help="Photograph to paint for the preview sheet.")
    ] = None,
) -> None:
    """Learn styles from paintings. Stop with Ctrl-C at any moment; the same command goes on."""
    if architecture not in ("fast", "article"):
        raise BadInputError(f"no architecture {architecture!r}: expected fast or article")
    if out.suffix != ".safetensors":
        raise BadInputError(f"a bundle's name ends in .safetensors, got {out.name}")
    settings = TrainSettings(
        architecture="article" if architecture == "article" else "fast",
        styles=tuple(paintings),
        content=content,
        steps=steps,
        batch=batch,
        style_weight=style_weight,
        style_px=style_px,
        stability_weight=0.0 if architecture == "article" else 150.0,
    )
    credits = tuple(StyleCredit(name=path.stem) for path in paintings)
    with _bar() as bar:
        task = bar.add_task("learning", total=steps, terms="")

        def listen(progress: TrainProgress) -> None:
            terms = "  ".join(f"{name} {value:.3g}" for name, value in progress.terms.items())
            bar.update(task, completed=progress.step, terms=terms)

        with stop_on_interrupt() as asked:
            card = train(
                settings,
                load_judges(vgg),
                credits,
                out,
                previews=tuple(preview or ()),
                listen=listen,
                should_stop=asked.is_set,
            )
    if asked.is_set():
        typer.echo(f"stopped; the bundle so far is {out}; the same command goes on", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)
    typer.echo(f"wrote {out}: {', '.join(card.names)}")
    typer.echo(f"try it: pleinair live --bundle {out}")


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    terms = TextColumn("{task.fields[terms]}")
    return Progress(*columns, TimeRemainingColumn(), terms, console=Console(stderr=True))
