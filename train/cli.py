"""`pleinair train`: a painting in, a style bundle out."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from realtime.errors import EXIT_INTERRUPTED
from realtime.interrupt import stop_on_interrupt
from realtime.lock import OutputLock
from realtime.machine import seconds_since_start
from realtime.network.device import choose_device
from realtime.options import Overwrite, Vgg, look_option, machine_option, new_app
from realtime.terminal import echo
from train.budget import Budget
from train.distributed import World, joined
from train.loop import SAVE_EVERY_SECONDS, Extras, train
from train.loss.load_loss import load_loss
from train.preview import preview_path, some_photographs
from train.progress import shown
from train.resolve_settings import TrainRequest, resolve
from train.settings import TrainSettings

app = new_app(rich_markup_mode="rich")
length_option, numbers_option = (
    partial(typer.Option, rich_help_panel=panel) for panel in ("How long", "For those who know")
)

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
    vgg: Vgg = None,
    name: Annotated[
        str | None, look_option(help="What --style calls it; default: the file's name.")
    ] = None,
    style_weight: Annotated[
        float | None, look_option(help="A fixed weight of the style, instead of --structure.")
    ] = None,
    structure: Annotated[
        float | None,
        look_option(
            help="Structure of the photograph to hold, 0 to 2: lower keeps more of it, higher "
            f"gives more painting. [{TrainSettings.structure_goal}]"
        ),
    ] = None,
    style_size: Annotated[
        int | None,
        look_option(help="Shorter side of the painting: smaller gives coarser strokes. [384]"),
    ] = None,
    preview: Annotated[
        list[Path] | None,
        look_option(help="Photograph for the preview; give several. [four of --content]"),
    ] = None,
    minutes: Annotated[float | None, length_option(help="Wall time of the whole command.")] = None,
    steps: Annotated[int | None, length_option(help="Steps.")] = None,
    teacher: Annotated[
        str | None,
        look_option(
            help="Imitate this bundle, all its styles: makes a light network of a heavy one."
        ),
    ] = None,
    styles: Annotated[
        Path | None,
        look_option(
            help="With --teacher: folder of its paintings; then VGG looks too, for texture."
        ),
    ] = None,
    recipe: Annotated[
        str, numbers_option(help="pleinair, article, johnson or pytorch-examples.")
    ] = "pleinair",
    everything: Annotated[
        bool,
        numbers_option(
            "--everything",
            help="With --from: change the whole network, holding the old styles by example. "
            "Otherwise only the new style's scales and shifts are learned.",
        ),
    ] = False,
    architecture: Annotated[str | None, numbers_option(help="fast, quality or article.")] = None,
    batch: Annotated[int | None, numbers_option(help="Photographs per step.")] = None,
    crop_size: Annotated[int | None, numbers_option(help="Side of the crops in pixels.")] = None,
    learning_rate: Annotated[float | None, numbers_option(help="Adam's.")] = None,
    stability: Annotated[
        float | None, numbers_option(help="Weight of steadiness; 0: none. [0]")
    ] = None,
    seed: Annotated[int, numbers_option(help="Same seed, same bundle.")] = 1,
    tensorboard: Annotated[Path | None, machine_option(help="Folder for TensorBoard.")] = None,
    device: Annotated[str, machine_option(help="auto, cpu, cuda or mps.")] = "auto",
    precision: Annotated[
        str, machine_option(help="auto (bf16 where it is fast), fp32, bf16.")
    ] = "auto",
    workers: Annotated[int, machine_option(help="Threads that decode photographs.")] = 2,
    save_every: Annotated[
        float,
        machine_option(help="Seconds between checkpoints, and so between the bundle's versions."),
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
