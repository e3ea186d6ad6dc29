"""How many steps fit into the minutes that a user has."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from realtime.errors import BadInputError
from realtime.network.card import StyleCredit
from train.checkpoint import read_checkpoint
from train.distributed import World
from train.loop import ALONE, Extras, train
from train.losses import PerceptualLoss
from train.settings import TrainSettings

WARM_STEPS, TIMED_STEPS = 2, 6
WARM_STEPS_GPU, TIMED_STEPS_GPU = 10, 40
"""A GPU is told of many steps ahead, and tries algorithms in its first."""


def steps_in(
    minutes: float,
    settings: TrainSettings,
    loss: PerceptualLoss | None,
    credits: tuple[StyleCredit, ...],
    out: Path,
    *,
    start: Path | None = None,
    teacher: Path | None = None,
    world: World = ALONE,
) -> TrainSettings:
    """Return the settings with as many steps as fit, by taking a few and throwing them away.

    A run that has begun already keeps the number it was given then: its learning rate follows it.

    Args:
        minutes: From the first step to the last.
        settings: The run; its `steps` are replaced.
        loss: As for `train`, like the rest.
        credits: One per new style.
        out: The bundle of the run, beside which its checkpoint would lie.
        start: The bundle to begin with.
        teacher: The bundle to imitate.
        world: The processes; all must agree, so the slowest one's pace counts.
    """
    if not minutes > 0:
        raise BadInputError(f"--minutes must be above 0, got {minutes:g}")
    checkpoint = out.with_suffix(".checkpoint")
    if checkpoint.exists():
        return replace(settings, steps=int(read_checkpoint(checkpoint)["settings"]["steps"]))
    identity = min(settings.identity_steps, 1)  # cheap steps tell nothing of the dear ones
    gpu = world.device.type == "cuda"
    warm, timed = (WARM_STEPS_GPU, TIMED_STEPS_GPU) if gpu else (WARM_STEPS, TIMED_STEPS)
    trial = replace(settings, steps=identity + warm + timed, identity_steps=identity)
    moments: list[float] = []

    with tempfile.TemporaryDirectory() as folder:
        train(
            trial, loss, credits, Path(folder) / "trial.safetensors", start=start, teacher=teacher,
            extras=Extras(listen=lambda _: moments.append(time.monotonic())), world=world,
        )  # fmt: skip
    pace = (moments[-1] - moments[-1 - timed]) / timed if moments else 0.0
    pace = world.largest(pace)
    return replace(settings, steps=max(WARM_STEPS, round(60 * minutes / pace)))
