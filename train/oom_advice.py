"""When a GPU runs out of memory: says which batch would fit, by trying."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from realtime.errors import BadInputError
from train.checkpoint import RunState
from train.step import TrainContext, train_step


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
