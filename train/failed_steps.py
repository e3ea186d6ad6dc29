"""What to do after a step that failed: go back from NaN, say which batch fits into memory."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from realtime.errors import BadInputError
from train.checkpoint import RunState
from train.step import NotFiniteError, TrainContext, train_step

LOGGER = logging.getLogger(__name__)
SNAPSHOT_EVERY = 100
PATIENCE = 5


class NanGuard:
    """Keeps a copy of the run, and goes back to it with half the learning rate."""

    def __init__(self, state: RunState) -> None:
        self.good: dict[str, Any] = state.snapshot()
        self.steps_back = 0

    def keep(self, state: RunState) -> None:
        """Remember a state that is known to be good, every so many steps."""
        if state.step % SNAPSHOT_EVERY == 0:
            self.good = state.snapshot()

    def step_back(self, state: RunState, why: NotFiniteError) -> None:
        """Restore the last good state and halve the learning rate.

        Raises:
            BadInputError: it has happened too often; the last checkpoint is as it was.
        """
        self.steps_back += 1
        seconds, scale = state.seconds, state.rate_scale / 2
        if self.steps_back > PATIENCE:
            raise BadInputError(
                f"training does not settle: {why}, {self.steps_back} times although the learning "
                "rate was halved each time; give a lower --style-weight or --learning-rate. "
                "The last good checkpoint is kept"
            ) from why
        state.restore(self.good)
        state.seconds, state.rate_scale = seconds, scale
        LOGGER.warning(
            "%s: back to step %d with %g times the learning rate", why, state.step, scale
        )


def explain_out_of_memory(state: RunState, context: TrainContext, batch: Tensor) -> BadInputError:
    """Return the error to raise after a step ran out of memory.

    The run ends here, so the state may be used to try: nothing of it is saved.

    Args:
        state: The run.
        context: The rest of the run.
        batch: The photographs of the step that failed, this process's share.
    """
    settings = context.settings
    if context.world.size > 1:
        advice = "give a smaller --batch or --crop-size"
    elif fits := _largest_that_fits(state, context, batch):
        advice = f"--batch {fits} would fit"
    else:
        advice = "not even one picture fits, give a smaller --crop-size"
    return BadInputError(
        f"out of memory at a batch of {settings.batch} crops of {settings.crop_px} px: {advice}. "
        "The last good checkpoint is kept"
    )


def _largest_that_fits(state: RunState, context: TrainContext, batch: Tensor) -> int:
    size = len(batch) // 2
    while size:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        smaller = replace(context, settings=replace(context.settings, batch=size))
        try:
            train_step(state, smaller, batch[:size].to(context.world.device))
        except torch.OutOfMemoryError:
            size //= 2
        else:
            return size
    return 0
