"""Steps back when training blows up, instead of learning from numbers that are not finite."""

from __future__ import annotations

import logging
from typing import Any

from realtime.errors import BadInputError, PleinairError
from train.checkpoint import RunState

LOGGER = logging.getLogger(__name__)
SNAPSHOT_EVERY = 100
PATIENCE = 5


class NotFiniteError(PleinairError):
    """A gradient or a loss is NaN or infinite; no step was taken."""


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
