"""One command that trains what ships with pleinair: the rounds of `rounds.py`, one after another.

`python -m train.gallery --data DATA --vgg VGG` where DATA holds `content/` (photographs),
`content_val/` (photographs for the previews) and `styles/` (the paintings, under the file names of
`paintings.py`), and VGG the loss-network weights. Resumable: run it again and it goes on. What is
learned from lies in `OUT/paintings` afterwards, for `pleinair appraise --paintings`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from realtime import entry
from realtime.network.library import find_bundle
from train.budget import Budget
from train.distributed import World
from train.load_loss import load_loss
from train.loop import Extras, train
from train.paintings import PAINTINGS, lay_out
from train.plan import pick_device, pick_precision
from train.progress import shown
from train.rounds import ON_CPU, Round, Runs, runs_for
from train.settings import TrainSettings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    data: Annotated[Path, typer.Option(help="Folder with content/, content_val/ and styles/.")],
    vgg: Annotated[Path, typer.Option(help="Folder with the loss-network weights.")],
    out: Annotated[Path, typer.Option(help="Where bundles and previews go.")] = Path("out/gallery"),
    only: Annotated[str, typer.Option(help="Train only this bundle.")] = "",
    minutes: Annotated[
        float | None,
        typer.Option(help="Train this long in all; default: as long as it takes, 22 on a GPU."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    begin_with: Annotated[
        Path | None,
        typer.Option(help="With --round: begin with this bundle."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="With --round: so many steps instead of the round's.")
    ] = None,
    round_number: Annotated[
        int | None, typer.Option("--round", help="With --only: this round alone, from 1.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; default: all.")] = None,
) -> None:
    """Train the bundles that ship with pleinair. Run it again, and it goes on where it stopped."""
    if only and only not in ON_CPU:
        raise typer.BadParameter(f"no bundle {only!r}: expected {', '.join(ON_CPU)}")
    if threads is not None:
        torch.set_num_threads(threads)
    world = World(device=pick_device(device))
    table, usual_minutes = runs_for(world.device)
    runs = {name: rounds for name, rounds in table.items() if only in ("", name)}
    if round_number is not None:
        runs = {name: (_longer(rounds[round_number - 1], steps),) for name, rounds in runs.items()}
    if minutes is None and usual_minutes is not None:
        minutes = usual_minutes * _steps(runs) / _steps(table)
    extras = Extras(previews=_previews(data), workers=min(8, os.cpu_count() or 2))
    for bundle, rounds in runs.items():
        start = begin_with
        for number, round_ in enumerate(rounds, start=1):
            last = round_ is rounds[-1]
            path = out / (f"{bundle}.safetensors" if last else f"{bundle}-{number}.safetensors")
            paintings = lay_out(round_.styles, data / "styles", out / "paintings")
            settings = settings_of(round_, paintings, data / "content", world.device)
            if begin_with is not None:
                settings = replace(settings, identity_steps=0)
            budget = None
            if minutes is not None:
                budget = Budget(minutes * settings.steps / _steps(runs))
            loss = load_loss(vgg, settings)
            teacher = _newest(round_.teacher, out) if round_.teacher else None
            credits = tuple(PAINTINGS[name].credit for name in round_.styles)
            with shown(path.stem) as show:
                train(
                    settings, loss, credits, path, start=start, teacher=teacher, world=world,
                    extras=replace(extras, listen=show.listen, tell=show.tell, budget=budget),
                )  # fmt: skip
            start = path


def settings_of(
    round_: Round, paintings: tuple[Path, ...], content: Path, device: torch.device
) -> TrainSettings:
    """Return the settings of a round on a device.

    Args:
        round_: The round.
        paintings: As laid out, in the order of its styles.
        content: Folder of photographs.
        device: Where it is trained.
    """
    own: dict[str, Any] = {
        "precision": pick_precision("auto", device),
        "structure_goal": round_.structure_goals,
        "stability_weight": round_.stability_weights,
    }
    return TrainSettings(styles=paintings, content=content, **(own | dict(round_.settings)))


def _longer(round_: Round, steps: int | None) -> Round:
    return (
        round_ if steps is None else replace(round_, settings={**round_.settings, "steps": steps})
    )


def _steps(runs: Runs) -> int:
    return sum(round_.settings["steps"] for rounds in runs.values() for round_ in rounds)


def _newest(bundle: str, out: Path) -> Path:
    """Return a bundle as it was just trained, or as it ships."""
    trained = out / f"{bundle}.safetensors"
    return trained if trained.exists() else find_bundle(bundle)


def _previews(data: Path) -> tuple[Path, ...]:
    return tuple(sorted((data / "content_val").glob("*.jpg")))[3:10:2]


if __name__ == "__main__":
    entry.run(app)
