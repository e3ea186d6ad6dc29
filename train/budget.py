"""The wall time of a run: its number of steps follows the clock while it trains."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from realtime.clockwork import Clock
from realtime.errors import BadInputError
from train.checkpoint import RunState, read_checkpoint
from train.distributed import World
from train.pace import Pace
from train.settings import TrainSettings

FIRST_PLAN_AFTER = 3
"""Steps with the loss network before the first plan: a recipe may use it at every second one."""


@dataclass(frozen=True)
class Progress:
    """What the loop tells its listener after every step."""

    step: int
    steps: int | None
    """None: not known yet, of a run that ends by the clock."""
    seconds_left: float | None
    """None: not known yet."""
    terms: Mapping[str, float]


def progress_of(
    step: int, steps: int, pace: Pace, budget: Budget | None, terms: Mapping[str, float]
) -> Progress:
    """Return what is known of the rest of a run, which shall have so many steps by now."""
    if budget is not None:
        known = steps if budget.has_planned or steps == step else None
        return Progress(step, known, budget.seconds_left, terms)
    left = pace.seconds * (steps - step) if pace.measured or steps == step else None
    return Progress(step, steps, left, terms)


class Budget:
    """Ends a run on time: after every step, the number of steps becomes what still fits.

    The learning rate follows the number of steps, so a run that has become slower ends as gently as
    one that has not.

    Args:
        minutes: From `began` to the moment when the last bundle and preview are written.
        began: When the user began to wait, on `clock`; None: now.
        clock: Seconds.

    Raises:
        BadInputError: there is no time.
    """

    def __init__(
        self, minutes: float, *, began: float | None = None, clock: Clock = time.monotonic
    ) -> None:
        if not minutes > 0:
            raise BadInputError(f"--minutes must be above 0, got {minutes:g}")
        self.clock = clock
        self._ends = (clock() if began is None else began) + 60 * minutes
        self._saving = 0.0
        self.has_planned = False
        """Whether the number of steps is a plan yet, or only where the plan begins."""

    @property
    def seconds_left(self) -> float:
        """Until the run shall be over; 0.0 when it should be already."""
        return max(0.0, self._ends - self.clock())

    def resume(self, checkpoint: Path, settings: TrainSettings) -> TrainSettings:
        """Return the settings with the number of steps that a checkpoint was written with."""
        steps = int(read_checkpoint(checkpoint)["settings"]["steps"])
        return replace(settings, steps=steps)

    def spent(self, seconds: float) -> None:
        """Take off what earlier calls of the same run have used."""
        self._ends -= seconds

    def saving_took(self, seconds: float) -> None:
        """Remember how long bundle and previews take: the last ones have to fit in, too."""
        self._saving = max(self._saving, seconds)

    def steps(self, state: RunState, pace: Pace, settings: TrainSettings, world: World) -> int:
        """Return how many steps the run shall have, those that are done included.

        All processes agree: on what fits for the slowest.
        """
        left = self.seconds_left - self._saving
        fitting = settings.steps
        if left <= 0:
            fitting = state.step
        elif pace.measured >= FIRST_PLAN_AFTER and state.step > settings.identity_steps:
            fitting = state.step + int(left / max(pace.seconds, 1e-6))
            self.has_planned = True
        return -round(world.largest(-float(fitting)))
