"""What a run writes into the card of its bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from realtime.machine import cpu_name
from realtime.network.card import Card
from train.data import Photographs
from train.distributed import World
from train.failed_steps import NanGuard
from train.init_run import Beginning
from train.settings import TrainSettings


def describe(
    beginning: Beginning,
    settings: TrainSettings,
    photographs: Photographs,
    losses: Mapping[str, float],
    guard: NanGuard,
    world: World,
) -> Card:
    """Return the card of the run so far: recipe, losses, time, hardware."""
    state = beginning.state
    results: dict[str, Any] = {
        "steps": state.step,
        "pictures": max(0, state.step - settings.identity_steps) * settings.batch,
        "seconds": round(state.seconds),
        "seconds_per_1000_steps": round(1000 * state.seconds / max(1, state.step), 1),
        "device": str(world.device.type),
        "hardware": hardware(world),
        "photographs": len(photographs.paths) - len(photographs.skipped),
        "skipped_photographs": len(photographs.skipped),
        "steps_back": guard.steps_back,
        "balance": [round(float(value), 4) for value in state.balance],
        "losses": {name: float(f"{value:.4g}") for name, value in losses.items()},
    }
    recipe = settings.to_dict()
    if beginning.origin is not None:
        origin = beginning.origin
        recipe["started_from"] = {"recipe": origin.recipe, "results": origin.results}
    return Card(config=beginning.config, styles=beginning.credits, recipe=recipe, results=results)


def hardware(world: World) -> str:
    """Name what trains: processor or GPU, processes, threads, PyTorch."""
    if world.device.type == "cuda":
        machine = torch.cuda.get_device_name(world.device)
    else:
        machine = f"{cpu_name()}, {torch.get_num_threads()} threads"
    processes = f"{world.size} processes, " if world.size > 1 else ""
    return f"{machine}, {processes}PyTorch {torch.__version__}"
