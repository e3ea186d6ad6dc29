"""One command that trains what ships with pleinair: the stages of `stages.py`, one after another.

`python -m train.shipped.train_all --data DATA --vgg VGG` where DATA holds `content/` (photographs),
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
from realtime.network.device import choose_device
from realtime.network.library import find_bundle
from train.budget import Budget
from train.distributed import World
from train.loop import Extras, train
from train.loss.load_loss import load_loss
from train.progress import shown
from train.resolve_settings import pick_precision
from train.settings import TrainSettings
from train.shipped.paintings import PAINTINGS, lay_out
from train.shipped.stages import ON_CPU, Runs, Stage, runs_for

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
    world = World(device=choose_device(device))
    table, usual_minutes = runs_for(world.device)
    runs = {name: stages for name, stages in table.items() if only in ("", name)}
    if round_number is not None:
        runs = {name: (_longer(stages[round_number - 1], steps),) for name, stages in runs.items()}
    if minutes is None and usual_minutes is not None:
        minutes = usual_minutes * _steps(runs) / _steps(table)
    extras = Extras(previews=_previews(data), workers=min(8, os.cpu_count() or 2))
    for bundle, stages in runs.items():
        start = begin_with
        for number, stage in enumerate(stages, start=1):
            last = stage is stages[-1]
            path = out / (f"{bundle}.safetensors" if last else f"{bundle}-{number}.safetensors")
            paintings = lay_out(stage.styles, data / "styles", out / "paintings")
            settings = settings_of(stage, paintings, data / "content", world.device)
            if begin_with is not None:
                settings = replace(settings, identity_steps=0)
            budget = None
            if minutes is not None:
                budget = Budget(minutes * settings.steps / _steps(runs))
            loss = load_loss(vgg, settings)
            teacher = _newest(stage.teacher, out) if stage.teacher else None
            credits = tuple(PAINTINGS[name].credit for name in stage.styles)
            with shown(path.stem) as show:
                train(
                    settings, loss, credits, path, start=start, teacher=teacher, world=world,
                    extras=replace(extras, listen=show.listen, tell=show.tell, budget=budget),
                )  # fmt: skip
            start = path


def settings_of(
    stage: Stage, paintings: tuple[Path, ...], content: Path, device: torch.device
) -> TrainSettings:
    """Return the settings of a round on a device.

    Args:
        stage: The round.
        paintings: As laid out, in the order of its styles.
        content: Folder of photographs.
        device: Where it is trained.
    """
    own: dict[str, Any] = {
        "precision": pick_precision("auto", device),
        "structure_goal": stage.structure_goals,
        "stability_weight": stage.stability_weights,
        "plain_weight": stage.plain_weights,
    }
    return TrainSettings(styles=paintings, content=content, **(own | dict(stage.settings)))


def _longer(stage: Stage, steps: int | None) -> Stage:
    return stage if steps is None else replace(stage, settings={**stage.settings, "steps": steps})


def _steps(runs: Runs) -> int:
    return sum(stage.settings["steps"] for stages in runs.values() for stage in stages)


def _newest(bundle: str, out: Path) -> Path:
    """Return a bundle as it was just trained, or as it ships."""
    trained = out / f"{bundle}.safetensors"
    return trained if trained.exists() else find_bundle(bundle)


def _previews(data: Path) -> tuple[Path, ...]:
    return tuple(sorted((data / "content_val").glob("*.jpg")))[3:10:2]


if __name__ == "__main__":
    entry.run(app)
