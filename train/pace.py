"""How long the steps of a run take."""

from __future__ import annotations

from collections import deque

from realtime.clockwork import Clock
from train.settings import TrainSettings

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
