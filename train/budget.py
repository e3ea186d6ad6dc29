"""The pace of a run and its wall time: the number of steps follows the clock while it trains."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from realtime.clockwork import Clock
from realtime.errors import BadInputError
from train.checkpoint import RunState, read_checkpoint
from train.distributed import World
from train.settings import TrainSettings

FIRST_PLAN_AFTER = 3
"""Steps with the loss network before the first plan: a recipe may use it at every second one."""

STEPS_TO_SAVE = 2
"""For so many steps' time previews are taken to last as long as none was painted."""

PACE_OVER = 50
"""Steps whose mean duration is the pace."""


class Pace:
    """How long a step takes, and how long the rest of a run.

    Steps that learn the identity tell nothing of the others, which are ten times as dear.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: deque[float] = deque(maxlen=PACE_OVER)

    def step_ended(self, step: int, settings: TrainSettings) -> None:
        """Note that step number `step`, from 0, has ended now."""
        if step == settings.identity_steps:
            self._ends.clear()
        self._ends.append(self._clock())

    @property
    def measured(self) -> int:
        """Over how many steps the pace is a mean."""
        return max(0, len(self._ends) - 1)

    @property
    def seconds(self) -> float:
        """Mean duration of a step, saving in between included; 0.0 before the second one."""
        return (self._ends[-1] - self._ends[0]) / self.measured if self.measured else 0.0


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
        self._saving: float | None = None
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
        self._saving = max(self._saving or 0.0, seconds)

    def steps(self, state: RunState, pace: Pace, settings: TrainSettings, world: World) -> int:
        """Return how many steps the run shall have, those that are done included.

        All processes agree: on what fits for the slowest.
        """
        guessed = STEPS_TO_SAVE * pace.seconds
        left = self.seconds_left - (guessed if self._saving is None else self._saving)
        fitting = settings.steps
        if left <= 0:
            fitting = state.step
        elif pace.measured >= FIRST_PLAN_AFTER and state.step > settings.identity_steps:
            fitting = state.step + int(left / max(pace.seconds, 1e-6))
            self.has_planned = True
        return -round(world.largest(-float(fitting)))
