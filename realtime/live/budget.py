"""Holds a frame rate and a latency: paints smaller where it must, larger when there is time.

Pure: it is told what every frame cost and says at which detail to paint the next. It steps down at
once and up seldom, and when a step up had to be taken back it waits four times as long before it
tries again: so it cannot swing to and fro.
"""

from __future__ import annotations

from collections import deque
from statistics import median

LADDER = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3)
"""Details to choose from. Few, because an engine compiles something for every size."""
RECENT = 8
"""Frames that a judgement rests on."""
SETTLING = 2
"""Frames after a change that do not count: the engine may be compiling for the new size."""
HEADROOM = 0.75
"""A step up must be foreseen to take no more than this share of the budget."""
PATIENCE_SECONDS, LONGEST_PATIENCE_SECONDS = 2.0, 120.0
SHARE_OF_LATENCY = 0.6
"""Capturing, waiting and showing take the rest."""
SHARE_OF_PERIOD = 0.9


class Budget:
    """The controller of one live session.

    Args:
        rate_fps: Frames per second to hold.
        latency_seconds: From capture to shown, to hold.
    """

    def __init__(self, rate_fps: float, latency_seconds: float) -> None:
        self.seconds = min(SHARE_OF_PERIOD / rate_fps, SHARE_OF_LATENCY * latency_seconds)
        self._step = 0
        self._costs: deque[float] = deque(maxlen=RECENT)
        self._settling = 0
        self._changed = 0.0
        self._patience = PATIENCE_SECONDS
        self._rose = False

    @property
    def detail(self) -> float:
        """At what detail to paint the next frame."""
        return LADDER[self._step]

    def paid(self, seconds: float, now: float) -> bool:
        """Take in what a frame cost the engine; True when the detail has changed.

        Args:
            seconds: Frame in, finished pixels out.
            now: The time, of a clock that does not go back.
        """
        if self._settling:
            self._settling -= 1
            return False
        self._costs.append(seconds)
        if len(self._costs) < RECENT // 2:
            return False
        cost = median(self._costs)
        if cost > self.seconds and self._step < len(LADDER) - 1:
            self._come_down(cost, now)
            return True
        if self._step and len(self._costs) == RECENT and now - self._changed >= self._patience:
            return self._try_to_rise(cost, now)
        return False

    def _come_down(self, cost: float, now: float) -> None:
        if self._rose and now - self._changed < LONGEST_PATIENCE_SECONDS:
            self._patience = min(LONGEST_PATIENCE_SECONDS, 4 * self._patience)
        wanted = next(
            (
                s
                for s in range(self._step + 1, len(LADDER))
                if self._foreseen(cost, s) <= self.seconds
            ),
            len(LADDER) - 1,
        )
        self._go_to(wanted, now, rose=False)

    def _try_to_rise(self, cost: float, now: float) -> bool:
        if self._foreseen(cost, self._step - 1) > HEADROOM * self.seconds:
            return False
        self._go_to(self._step - 1, now, rose=True)
        return True

    def _foreseen(self, cost: float, step: int) -> float:
        """Cost grows with the area."""
        return cost * (LADDER[step] / self.detail) ** 2

    def _go_to(self, step: int, now: float, *, rose: bool) -> None:
        if rose and self._rose:
            # The last step up lasted: trust the machine again, little by little.
            self._patience = max(PATIENCE_SECONDS, self._patience / 2)
        self._step, self._changed, self._rose = step, now, rose
        self._settling = SETTLING
        self._costs.clear()
