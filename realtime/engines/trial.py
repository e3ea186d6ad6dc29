"""Short benchmark of engines, quick enough to run before painting starts."""

from __future__ import annotations

import numpy as np

from realtime.clockwork import monotonic
from realtime.frame import Frame
from realtime.look import Look
from realtime.ports import Engine

TRIAL_PX = (640, 480)


def trial(*engines: Engine, rounds: int) -> list[float]:
    """Return the quickest painting of each in ms, taken in turns.

    The quickest, not the median: what else the machine does at the moment must not decide.
    """
    noise = np.random.default_rng(0).integers(0, 256, (*TRIAL_PX[::-1], 3), np.uint8)
    frame = Frame(noise, 0, 0.0)
    best = [float("inf")] * len(engines)
    for _ in range(rounds):
        for number, engine in enumerate(engines):
            started = monotonic()
            engine.stylize(frame, Look.of_style(0, len(engine.styles)))
            best[number] = min(best[number], 1000 * (monotonic() - started))
    return best
