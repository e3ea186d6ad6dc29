"""`pleinair paint`: one picture, painted slowly and well, without any trained network."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from torch import Tensor

from realtime.commands import JsonCommand, put_json, require_json
from realtime.errors import EXIT_INTERRUPTED, BadInputError, UnknownNameError
from realtime.interrupt import stop_on_interrupt
from realtime.naming import truncate_name
from realtime.network.device import choose_device
from realtime.options import PIPE, JsonFile, Overwrite, Vgg, new_app, one_of
from realtime.resize import fitted
from realtime.settings import parse_size
from realtime.sinks import outputs
from realtime.sinks.images_sink import check_picture_name
from realtime.terminal import echo
from train.data import load_painting, read_rgb
from train.loss.load_loss import load_loss_networks
from train.loss.loss_network import LossNetwork
from train.neural_style.gatys import paint
from train.neural_style.gatys_loss import GatysSettings, Optimiser, Start, find_taps
from train.neural_style.paint_io import (
    SIZES_PX,
    Last,
    ledger,
    load_photograph,
    memory_errors,
    progress_bar,
    sketch_path,
    sketchbook,
    write_picture,
)

app = new_app()
OPTIMISERS: tuple[Optimiser, ...] = ("lbfgs", "adam")
STARTS: tuple[Start, ...] = ("content", "noise")
DEFAULT = GatysSettings()
Name = TypeVar("Name", bound=str)


@app.command(cls=JsonCommand)
def main(
    content: Annotated[Path, typer.Argument(help="The picture to paint.")],
    style: Annotated[Path, typer.Argument(help="The painting whose style to use.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Where to; default: CONTENT-STYLE.png beside the picture."
        ),
    ] = None,
    vgg: Vgg = None,
    size: Annotated[
        str,
        typer.Option(
            metavar="SIDE|WIDTHxHEIGHT",
            help="Longer side of the result in pixels; or scale to fit inside, aspect kept.",
        ),
    ] = "512",
    style_size: Annotated[
        int | None,
        typer.Option(
            help="Shorter side of the painting in pixels: larger gives broader strokes. Default: "
            "the shorter side of the result."
        ),
    ] = None,
    steps: Annotated[int, typer.Option(help="How often loss and gradient are computed.")] = 200,
    optimiser: Annotated[
        str, typer.Option(help="What finds the pixels.", **one_of(*OPTIMISERS))
    ] = DEFAULT.optimiser,
    start: Annotated[
        str, typer.Option(help="What the picture begins as.", **one_of(*STARTS))
    ] = DEFAULT.start,
    style_weight: Annotated[
        float, typer.Option(help="Higher: more painting, less photograph.")
    ] = DEFAULT.style_weight,
    content_weight: Annotated[
        float, typer.Option(help="Higher: more photograph.")
    ] = DEFAULT.content_weight,
    tv_weight: Annotated[float, typer.Option(help="Higher: smoother.")] = DEFAULT.tv_weight,
    levels: Annotated[
        int, typer.Option(help="Sizes, coarse to fine; 1 is the method as published.")
    ] = DEFAULT.levels,
    learning_rate: Annotated[
        float, typer.Option(help="Of adam: levels of 255 per step.")
    ] = DEFAULT.learning_rate,
    every: Annotated[
        int | None, typer.Option(help="Also write every Nth picture, into OUT-steps/.")
    ] = None,
    losses: Annotated[
        Path | None,
        typer.Option(
            help="Write the loss of every step here, a JSON line each. It falls at every size; a "
            "larger size begins anew."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the noise to start from.")] = DEFAULT.seed,
    device: Annotated[
        str, typer.Option(help="What it runs on.", **one_of("auto", "cpu", "cuda"))
    ] = "auto",
    overwrite: Overwrite = False,
    json_out: JsonFile = None,
) -> None:
    """Paint one picture by optimising its pixels (Gatys et al. 2016). Ctrl-C keeps what there is.

    Slow, minutes where `pleinair image` takes a moment, but any painting will do, untrained.
    """
    settings = GatysSettings(
        steps=steps, optimiser=_one_of("optimiser", optimiser, OPTIMISERS),
        start=_one_of("start", start, STARTS), learning_rate=learning_rate,
        content_weight=content_weight, style_weight=style_weight, tv_weight=tv_weight,
        levels=levels, seed=seed,
    )  # fmt: skip
    if every is not None and every < 1:
        raise BadInputError(f"--every must be at least 1 step, got {every}")
    photograph = load_photograph(content, _longer_side(content, size))
    painting = load_painting(style, _checked_size("--style-size", style_size, photograph))
    target = _target(out, content, style)
    chosen = choose_device(device)
    inputs = (content, style) if vgg is None else (content, style, vgg)
    numbers = range(1, steps + 1) if every is not None else ()
    sketches = [sketch_path(target, n) for n in numbers if n % (every or 1) == 0 or n == steps]
    for file in (target, losses):
        if file is not None:
            outputs.check_target(file, inputs, overwrite=overwrite)
    require_json(json_out, inputs, overwrite=overwrite)
    for file in sketches:
        outputs.require_free(file, inputs, overwrite=overwrite)
    networks = [network.to(chosen) for network in load_loss_networks(vgg)]
    _say_taps(networks)
    with ExitStack() as stack:
        asked = stack.enter_context(stop_on_interrupt())
        stack.enter_context(memory_errors(photograph))
        listeners = [stack.enter_context(progress_bar(target.name))]
        if every is not None:
            listeners.append(sketchbook(target, every, photograph))
        if losses is not None:
            listeners.append(ledger(stack.enter_context(losses.open("w"))))
        last = Last(listeners)
        picture = paint(
            networks, photograph.to(chosen), painting.to(chosen), settings,
            listen=last, should_stop=asked.is_set,
        )  # fmt: skip
        write_picture(target, picture)
    if json_out is not None:
        files = {"picture": content, "painting": style, "result": target}
        put_json({name: str(file) for name, file in files.items()} | last.facts(steps), json_out)
    if last.step < steps:
        echo(f"stopped at step {last.step} of {steps}; painted so far: {target}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)
    echo(f"wrote {target}", err=json_out == PIPE)


def _longer_side(picture: Path, size: str) -> int:
    """Read `512`, or `640x480` to fit inside, as the longer side in pixels."""
    if size.isdecimal():
        return int(size)
    height, width = read_rgb(picture).shape[:2]
    return max(fitted((width, height), parse_size(size)))


def _checked_size(option: str, size_px: int | None, photograph: Tensor) -> int:
    low, high = SIZES_PX
    if size_px is None:
        return max(low, min(photograph.shape[2:]))
    if not low <= size_px <= high:
        raise BadInputError(f"{option} must be from {low} to {high} pixels, got {size_px}")
    return size_px


def _target(out: Path | None, content: Path, style: Path) -> Path:
    """Return `out`, or a name beside the picture that nothing has yet."""
    if out is not None:
        check_picture_name(out)
        return out
    number, target = 1, content.with_name(truncate_name(content.stem, f"-{style.stem}.png"))
    while target.exists():
        number += 1
        target = content.with_name(truncate_name(content.stem, f"-{style.stem}-{number}.png"))
    return target


def _one_of(kind: str, name: str, known: Sequence[Name]) -> Name:
    for one in known:
        if one == name:
            return one
    raise UnknownNameError(kind, name, known)


def _say_taps(networks: Sequence[LossNetwork]) -> None:
    (_, content), style = find_taps(networks)
    taps = ", ".join(layer for _, layer in style)
    echo(f"content from {content}, style from {taps}", err=True)
