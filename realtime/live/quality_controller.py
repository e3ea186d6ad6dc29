"""Adaptive quality: holds a frame rate and a latency by painting smaller pictures.

It moves along a list of levels (`quality_levels`): how large a picture is painted, and, where
there is a cheaper network of the same styles (see `engines.FallbackEngine`), by which of the two.

Where another program takes a core away from an engine whose threads work in lockstep, painting
smaller hardly helps: every layer waits for the thread whose core is taken. So when a step down
helps less than its area says, such an engine leaves one core to others, and takes it back later.

Pure: it is given the cost of every frame and returns the detail of the next. It steps down at
once and up seldom, and when a step up had to be taken back it waits four times as long before it
tries again: so it cannot swing to and fro.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

DETAILS = (1.0, 0.85, 0.7, 0.6, 0.5)
"""Details to choose from. Few, because an engine compiles something for every size. The last one
is 240 lines: with fewer, strokes get broader than people, and no enlarging brings those back."""
LEAST_DETAIL_OF_HEAVY_NETWORK = 0.7
"""Below this detail a cheaper network at full size looks better."""
LIGHT_NETWORK_COST = 0.4
"""What it costs, at most, beside the better network; `fast` beside `quality` takes a third."""
RECENT = 8
"""Frames that a judgement rests on."""
SETTLING = 2
"""Frames after a change that do not count: the engine may be compiling for the new size."""
HEADROOM = 0.75
"""A step up must be foreseen to take no more than this share of the time."""
PATIENCE_SECONDS, LONGEST_PATIENCE_SECONDS = 2.0, 120.0
CROWDED = 1.4
"""So many times what was foreseen for a smaller picture: it is not its size that costs."""
MOST_FIXED = 0.7
"""No more than this share of the cost is believed to be fixed."""
SHARE_OF_LATENCY = 0.6
"""Capturing, waiting and showing take the rest."""
SHARE_OF_PERIOD = 0.9


@dataclass(frozen=True)
class Level:
    """One quality level: detail, network, threads."""

    detail: float
    light_network: bool = False
    """By the cheaper network."""
    reserve_core: bool = False
    """With one CPU core fewer than there are."""

    @property
    def cost(self) -> float:
        """Predicted cost relative to the best level: proportional to the area."""
        return self.detail**2 * (LIGHT_NETWORK_COST if self.light_network else 1.0)


def quality_levels(*, with_light_network: bool = False) -> tuple[Level, ...]:
    """Return the quality levels, the best and most expensive first."""
    if not with_light_network:
        return tuple(Level(detail) for detail in DETAILS)
    better = [Level(detail) for detail in DETAILS if detail >= LEAST_DETAIL_OF_HEAVY_NETWORK]
    return (*better, *(Level(detail, light_network=True) for detail in DETAILS))


class QualityController:
    """The controller of one live session.

    Args:
        rate_fps: Frames per second to hold.
        latency_seconds: From capture to shown, to hold.
        levels: The ways to paint that there are, the dearest first.
    """

    def __init__(
        self, rate_fps: float, latency_seconds: float, levels: Sequence[Level] | None = None
    ) -> None:
        self._levels = tuple(levels or quality_levels())
        self._rate_fps, self._latency_seconds = rate_fps, latency_seconds
        self._too_dear: float | None = None
        """What a frame costs where nothing is left to do about it."""
        self.seconds = min(SHARE_OF_PERIOD / rate_fps, SHARE_OF_LATENCY * latency_seconds)
        self.can_reserve_core = False
        """Whether the engine can leave a core to others: set once that is known."""
        self._step, self._reserve_core = 0, False
        self._costs: deque[float] = deque(maxlen=RECENT)
        self._settling = 0
        self._changed = 0.0
        self._patience = PATIENCE_SECONDS
        self._rose = self._stopped_reserving = False
        self._foreseen_cost = math.inf
        self._fixed = 0.0
        """Share of the best level's cost that is the same on every level: enlarging, taking noise
        out. Learned from what changes of the level did."""
        self._left: tuple[float, Level] | None = None
        """What the level before this one cost."""
        self._cost_before_reserving = math.inf
        self._no_reserving_before = -math.inf

    @property
    def level(self) -> Level:
        """How to paint the next frame."""
        return replace(self._levels[self._step], reserve_core=self._reserve_core)

    @property
    def detail(self) -> float:
        """At what detail to paint the next frame."""
        return self.level.detail

    @property
    def missed(self) -> tuple[str, ...]:
        """The targets that even the lowest level misses, in words; empty: none."""
        cost = self._too_dear
        if cost is None:
            return ()
        rate = (f"{self._rate_fps:g} fps",) if cost > SHARE_OF_PERIOD / self._rate_fps else ()
        too_late = cost > SHARE_OF_LATENCY * self._latency_seconds
        return (*rate, f"{1000 * self._latency_seconds:g} ms") if too_late else rate

    def paid(self, seconds: float, now: float) -> bool:
        """Record the engine time of a frame; True when the level has changed.

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
        self._learn(cost)
        if self._reserving_did_not_help(cost):
            self._no_reserving_before = now + LONGEST_PATIENCE_SECONDS
            self._go_to(self._step, now, reserve_core=False)
            return True
        self._too_dear = None
        if cost > self.seconds:
            return self._relieve(cost, now)
        if len(self._costs) == RECENT and now - self._changed >= self._patience:
            return self._try_to_rise(cost, now)
        return False

    def _relieve(self, cost: float, now: float) -> bool:
        """Lower the level, or reserve a core; False when nothing is left to lower."""
        if self._rose and now - self._changed < LONGEST_PATIENCE_SECONDS:
            self._patience = min(LONGEST_PATIENCE_SECONDS, 4 * self._patience)
        last = len(self._levels) - 1
        crowded = cost > CROWDED * self._foreseen_cost or self._step == last
        may_reserve = self.can_reserve_core and not self._reserve_core
        may_reserve = may_reserve and now >= self._no_reserving_before
        if may_reserve and (crowded or self._stopped_reserving):
            self._cost_before_reserving = cost
            self._go_to(self._step, now, reserve_core=True)
        elif self._step < last:
            wanted = next(
                (s for s in range(self._step + 1, last) if self._foreseen(cost, s) <= self.seconds),
                last,
            )
            foreseen = self._foreseen(cost, wanted)
            self._move(cost, wanted, now)
            self._foreseen_cost = foreseen
        else:
            self._too_dear = cost
            return False
        return True

    def _reserving_did_not_help(self, cost: float) -> bool:
        before, self._cost_before_reserving = self._cost_before_reserving, math.inf
        return self._reserve_core and cost > before

    def _try_to_rise(self, cost: float, now: float) -> bool:
        if self._step and self._foreseen(cost, self._step - 1) <= HEADROOM * self.seconds:
            self._move(cost, self._step - 1, now, rose=True)
            return True
        if self._reserve_core:
            self._go_to(self._step, now, reserve_core=False, rose=True)
            return True
        return False

    def _foreseen(self, cost: float, step: int) -> float:
        here, there = (
            self._fixed + (1 - self._fixed) * self._levels[at].cost for at in (self._step, step)
        )
        return cost * there / here

    def _move(self, cost: float, step: int, now: float, *, rose: bool = False) -> None:
        left = cost, self._levels[self._step]
        self._go_to(step, now, reserve_core=self._reserve_core, rose=rose)
        self._left = left

    def _learn(self, cost: float) -> None:
        """Estimate the fixed share of the cost from the last change of level."""
        left, self._left = self._left, None
        if left is None:
            return
        pairs = sorted([(left[1].cost, left[0]), (self._levels[self._step].cost, cost)])
        (small_area, small), (large_area, large) = pairs
        times = large / small
        proportional = large_area - times * small_area
        fixed = 0.0 if proportional <= 0 else proportional / (proportional + max(times - 1, 0.0))
        fixed = min(fixed, MOST_FIXED)
        self._fixed = (self._fixed + fixed) / 2 if self._fixed else fixed

    def _go_to(self, step: int, now: float, *, reserve_core: bool, rose: bool = False) -> None:
        if rose and self._rose:
            # The last step up lasted: trust the machine again, little by little.
            self._patience = max(PATIENCE_SECONDS, self._patience / 2)
        self._stopped_reserving = rose and self._reserve_core and not reserve_core
        self._step, self._reserve_core, self._changed, self._rose = step, reserve_core, now, rose
        self._foreseen_cost, self._left = math.inf, None
        self._settling = SETTLING
        self._costs.clear()
        self._too_dear = None
