"""`pleinair train`: a painting in, a style bundle out."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from realtime.interrupt import stop_on_interrupt
from realtime.lock import OutputLock
from realtime.machine import seconds_since_start
from realtime.network.device import choose_device
from realtime.options import HELP_NAMES, Overwrite
from realtime.terminal import echo
from train.budget import Budget
from train.distributed import World, joined
from train.loop import SAVE_EVERY_SECONDS, Extras, train
from train.loss.load_loss import load_loss
from train.preview import preview_path, some_photographs
from train.progress import shown
from train.resolve_settings import TrainRequest, resolve
from train.settings import TrainSettings

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
    context_settings=HELP_NAMES,
)  # fmt: skip
EXIT_INTERRUPTED = 130
LOOK, LENGTH, NUMBERS, MACHINE = "The look", "How long", "For those who know", "Machine"

GUIDE = """Learn a style from a painting.

[bold]In minutes[/bold], on a laptop: add a painting to the styles that come with pleinair.

\b
  pleinair train painting.jpg --from fast --content photos/ --minutes 5

[bold]From nothing[/bold], several paintings in one network (a GPU, or a night):

\b
  pleinair train one.jpg two.jpg --content coco/train2014 --out mine.safetensors

[bold]A light network of a heavy one[/bold]: all styles of a bundle, learned by imitating it.

\b
  pleinair train --teacher quality --content photos/ --out light.safetensors

[bold]As the article did[/bold], or Johnson, or PyTorch's examples, to the letter:

\b
  pleinair train painting.jpg --recipe article --content coco/train2014

[bold]On several GPUs[/bold]: torchrun --nproc-per-node 4 -m train painting.jpg ...

Photographs are any folder of pictures; a few hundred varied ones do. VGG weights are
torchvision's own, downloaded once, or a file you have (--vgg). While it learns, look at the
-preview.png beside the bundle. Ctrl-C at any moment leaves a usable bundle; the same
command goes on.
"""


@app.command(help=GUIDE, epilog="Then: pleinair live --bundle painting.safetensors")
def main(
    content: Annotated[
        Path, typer.Option(help="Folder of photographs to practise on (COCO train2014, or any).")
    ],
    paintings: Annotated[
        list[Path] | None, typer.Argument(help="The painting(s) to learn from.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Add the style to this bundle: a file, or a name: fast."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The bundle to write; default: PAINTING.safetensors here.")
    ] = None,
    vgg: Annotated[
        Path | None,
        typer.Option(help="VGG-16 or VGG-19 weights, a file or a folder; default: torchvision's."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="What --style calls it; default: the file's name.", rich_help_panel=LOOK),
    ] = None,
    style_weight: Annotated[
        float | None,
        typer.Option(
            help="A fixed weight of the style, instead of --structure.", rich_help_panel=LOOK
        ),
    ] = None,
    structure: Annotated[
        float | None,
        typer.Option(
            help="Structure of the photograph to hold, 0 to 2: lower keeps more of it, higher "
            f"gives more painting. [{TrainSettings.structure_goal}]",
            rich_help_panel=LOOK,
        ),
    ] = None,
    style_size: Annotated[
        int | None,
        typer.Option(
            help="Shorter side of the painting: smaller gives coarser strokes. [384]",
            rich_help_panel=LOOK,
        ),
    ] = None,
    preview: Annotated[
        list[Path] | None,
        typer.Option(
            help="Photograph for the preview; give several. [four of --content]",
            rich_help_panel=LOOK,
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(help="Wall time of the whole command.", rich_help_panel=LENGTH),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Steps.", rich_help_panel=LENGTH)] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            help="Imitate this bundle, all its styles: makes a light network of a heavy one.",
            rich_help_panel=LOOK,
        ),
    ] = None,
    styles: Annotated[
        Path | None,
        typer.Option(
            help="With --teacher: folder of its paintings; then VGG looks too, for texture.",
            rich_help_panel=LOOK,
        ),
    ] = None,
    recipe: Annotated[
        str,
        typer.Option(
            help="pleinair, article, johnson or pytorch-examples.", rich_help_panel=NUMBERS
        ),
    ] = "pleinair",
    everything: Annotated[
        bool,
        typer.Option(
            "--everything",
            help="With --from: change the whole network, holding the old styles by example. "
            "Otherwise only the new style's scales and shifts are learned.",
            rich_help_panel=NUMBERS,
        ),
    ] = False,
    architecture: Annotated[
        str | None, typer.Option(help="fast, quality or article.", rich_help_panel=NUMBERS)
    ] = None,
    batch: Annotated[
        int | None, typer.Option(help="Photographs per step.", rich_help_panel=NUMBERS)
    ] = None,
    crop_size: Annotated[
        int | None, typer.Option(help="Side of the crops in pixels.", rich_help_panel=NUMBERS)
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Adam's.", rich_help_panel=NUMBERS)
    ] = None,
    stability: Annotated[
        float | None,
        typer.Option(help="Weight of steadiness; 0: none. [0]", rich_help_panel=NUMBERS),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same bundle.", rich_help_panel=NUMBERS)] = 1,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Folder for TensorBoard.", rich_help_panel=MACHINE)
    ] = None,
    device: Annotated[
        str, typer.Option(help="auto, cpu, cuda or mps.", rich_help_panel=MACHINE)
    ] = "auto",
    precision: Annotated[
        str,
        typer.Option(help="auto (bf16 where it is fast), fp32, bf16.", rich_help_panel=MACHINE),
    ] = "auto",
    workers: Annotated[
        int, typer.Option(help="Threads that decode photographs.", rich_help_panel=MACHINE)
    ] = 2,
    save_every: Annotated[
        float,
        typer.Option(
            help="Seconds between checkpoints, and so between the bundle's versions.",
            rich_help_panel=MACHINE,
        ),
    ] = SAVE_EVERY_SECONDS,
    overwrite: Overwrite = False,
) -> None:
    """Learn styles as asked on the command line; the help text is `GUIDE`."""
    request = TrainRequest(
        paintings=tuple(paintings or ()), content=content, start=start, out=out, name=name,
        recipe=recipe, everything=everything, precision=precision, device=device, steps=steps,
        numbers={
            "architecture": architecture, "style_weight": style_weight, "structure_goal": structure,
            "style_px": style_size, "batch": batch, "crop_px": crop_size,
            "learning_rate": learning_rate,
            "stability_weight": stability, "seed": seed,
        },
        teacher=teacher, styles_folder=styles,
    )  # fmt: skip
    extras = Extras(
        previews=tuple(preview or some_photographs(content)), tensorboard=tensorboard,
        workers=workers, overwrite=overwrite, save_every_seconds=save_every,
    )  # fmt: skip
    if minutes is not None:
        began = time.monotonic() - seconds_since_start()
        extras = replace(extras, budget=Budget(minutes, began=began))
    with joined(choose_device(device)) as world:
        _run(request, extras, vgg, world)


def _run(request: TrainRequest, extras: Extras, vgg: Path | None, world: World) -> None:
    resolved = resolve(request, world.device)
    settings, credits, out = resolved.settings, resolved.credits, resolved.out
    beginning = {"start": resolved.start, "teacher": resolved.teacher}
    if world.first:
        echo(f"look how it learns: {preview_path(out)}", err=True)
    title = "learning " + ", ".join(credit.name for credit in credits)
    if world.first and settings.judged_every:
        echo(f"{title}: reading the loss network", err=True)
    loss = load_loss(vgg, settings) if settings.judged_every else None
    with (
        ExitStack() as stack,
        shown(title, quiet=not world.first) as show,
        stop_on_interrupt() as asked,
    ):
        if world.first:
            lock = OutputLock(out)
            lock.acquire()  # two runs would write one checkpoint
            stack.callback(lock.release)
        extras = replace(extras, listen=show.listen, tell=show.tell, should_stop=asked.is_set)
        card = train(settings, loss, credits, out, **beginning, extras=extras, world=world)
    if not world.first:
        return
    if asked.is_set():
        echo(f"stopped; the bundle so far is {out}; the same command goes on", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)
    new = card.names[-len(settings.styles)]
    echo(f"wrote {out}: {', '.join(card.names)}")
    echo(f"try it: pleinair live --bundle {out} --style {new}")
    if len(card.names) > 1:
        other = next(name for name in card.names if name != new)
        echo(f"mix it: pleinair live --bundle {out} --style {new}:0.6,{other}:0.4")
