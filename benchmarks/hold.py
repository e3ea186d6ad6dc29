"""The latency-budget controller against a real load: does it hold the rate that was asked for?

A camera, `pleinair live`'s own session and controller, and no sink. First the machine is left
alone, then another process takes one core away, then it goes. Each phase tells the rate, how long
a frame took, how it was painted in the end, and how often that changed; `settled_s` is how long
after the phase began what was asked for was held for good, but for one frame in ten.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from benchmarks.camera import landscape_camera
from benchmarks.measure import percentiles
from benchmarks.schema import Row
from realtime import sinks
from realtime.anypainting.request import find_look
from realtime.clockwork import monotonic
from realtime.engines.base import styles_of
from realtime.live.budget import Budget, Rung
from realtime.live.controls import State
from realtime.live.late_engine import LateEngine
from realtime.live.opening import budget_of, denoised, engine_opener
from realtime.live.session import Session
from realtime.live.surroundings import Surroundings
from realtime.pipeline import Moments, Report, run
from realtime.settings import LiveSettings, Size

LATE = 0.1
"""Share of frames that may miss while the rest keeps to the budget."""
NEXT_FRAMES = 30
"""Over how many frames that share is taken."""
NOTES = (
    "Hold: the load is one process that keeps one core busy. settled_s: how long after the phase "
    "began the rate and the latency asked for were held for good, but for one frame in ten.",
)


@dataclass(frozen=True)
class Asked:
    """What to hold, and for how long."""

    size: Size = (1280, 720)
    rate_fps: float = 30.0
    latency_ms: float = 80.0
    seconds: float = 15.0
    """Of each phase."""
    camera_fps: float = 60.0
    """Above the rate to hold, or the camera's own pace is what is seen."""
    bundle: str | None = None
    engine: str = "auto"


@dataclass(frozen=True)
class Painted:
    """One frame of the run."""

    moments: Moments
    rung: Rung

    def misses(self, asked: Asked) -> bool:
        """Whether painting it took more than a frame may at that rate, or it was shown too late."""
        cost = self.moments.painted - self.moments.begun
        latency = self.moments.shown - self.moments.taken
        return cost > 1 / asked.rate_fps or latency > asked.latency_ms / 1000


def measure_hold(asked: Asked, tell: Callable[[str], None] = lambda line: None) -> list[Row]:
    """Return a row for each phase: alone, beside the load, alone again.

    Raises:
        PleinairError: the engine is not to be had.
    """
    settings = LiveSettings(
        bundle=asked.bundle, engine=asked.engine, hold_fps=asked.rate_fps,
        latency_ms=asked.latency_ms, size=asked.size,
    )  # fmt: skip
    request = find_look(None, asked.bundle)
    budget = budget_of(settings, request.entry)
    assert budget is not None
    rows: list[Row] = []
    with ExitStack() as stack:
        camera = stack.enter_context(closing(landscape_camera(asked.size, asked.camera_fps)))
        opener = engine_opener(settings, request, getattr(camera, "size", None), budget)
        late = stack.enter_context(closing(LateEngine(styles_of(request.entry.path), opener)))
        late.wait()
        engine = denoised(late, settings)
        sink = stack.enter_context(closing(sinks.open_sink("null")))
        session = Session(
            engine,
            State.of_look(request.look),
            Surroundings(snapshots=Path(), tell=tell, budget=budget),
        )
        course = _Course(asked, budget, stack, tell)
        hooks = replace(session.hooks(), on_moments=course.note, on_turn=course.turn)
        hooks = replace(hooks, on_frame=course.both(hooks.on_frame))
        run(camera, engine, sink, hooks)
        facts: Row = {
            "network": request.entry.card.config.architecture,
            "size": f"{asked.size[0]}x{asked.size[1]}",
            "goal_fps": asked.rate_fps,
            "goal_ms": asked.latency_ms,
        }
        for phase, painted, began in course.phases():
            row = {"bench": "hold", "phase": phase} | facts
            row |= _row(painted, began, asked)
            rows.append(row | {"runs_on": engine.description})
    return rows


class _Course:
    """Three phases, one after the other; the load comes with the second and goes with the third."""

    PHASES = ("alone", "beside a load on one core", "alone again")

    def __init__(
        self, asked: Asked, budget: Budget, stack: ExitStack, tell: Callable[[str], None]
    ) -> None:
        self._asked, self._budget, self._tell = asked, budget, tell
        self._load = stack.enter_context(ExitStack())
        self._began = [monotonic()]
        self._painted: list[list[Painted]] = [[]]

    def note(self, moments: Moments) -> None:
        """Take down a frame."""
        self._painted[-1].append(Painted(moments, self._budget.rung))

    def turn(self, report: Report) -> None:
        """Begin the next phase when it is time."""
        del report
        if monotonic() - self._began[-1] < self._asked.seconds:
            return
        self._load.close()
        if len(self._painted) == 1:
            self._load.enter_context(one_core_busy())
        if not self.is_over:
            self._painted.append([])
            self._began.append(monotonic())
            self._tell(self.PHASES[min(len(self._painted), len(self.PHASES)) - 1])

    @property
    def is_over(self) -> bool:
        """Whether all phases have been."""
        return len(self._painted) > len(self.PHASES)

    def both(self, on_frame: Callable[[Report], bool]) -> Callable[[Report], bool]:
        """Let the session see every frame, and end when all phases have been."""
        return lambda report: on_frame(report) and not self.is_over

    def phases(self) -> Iterator[tuple[str, list[Painted], float]]:
        """Yield (name, frames, beginning) of each phase."""
        yield from zip(self.PHASES, self._painted, self._began, strict=False)


def _row(painted: Sequence[Painted], began: float, asked: Asked) -> Row:
    shown = [frame.moments.shown for frame in painted]
    span = shown[-1] - shown[0]
    settled = settling_seconds([(f.moments.shown - began, f.misses(asked)) for f in painted])
    after = [f for f in painted if settled is not None and f.moments.shown - began >= settled]
    times = [frame.moments.shown - frame.moments.taken for frame in painted]
    return {
        "frames": len(painted),
        "fps": round((len(painted) - 1) / span, 1),
        "capture_to_shown": percentiles(times),
        "settled_s": None if settled is None else round(settled, 2),
        "settled_fps": _rate([frame.moments.shown for frame in after]),
        "detail": painted[-1].rung.detail,
        "draft": painted[-1].rung.draft,
        "spare": painted[-1].rung.spare,
        "changes": sum(one.rung != other.rung for one, other in pairwise(painted)),
    }


def _rate(shown: Sequence[float]) -> float | None:
    return round((len(shown) - 1) / (shown[-1] - shown[0]), 1) if len(shown) > 1 else None


def settling_seconds(frames: Sequence[tuple[float, bool]]) -> float | None:
    """Return from when on frames kept to what was asked for, but for one in ten; None: never.

    Args:
        frames: (time since the phase began, whether it missed) of each frame, in order.
    """
    missed = [misses for _, misses in frames]
    settled: float | None = None
    for start in range(len(frames) - 1, -1, -1):
        if sum(missed[start : start + NEXT_FRAMES]) > LATE * NEXT_FRAMES:
            break
        if not missed[start]:
            settled = frames[start][0]
    return settled


@contextmanager
def one_core_busy() -> Iterator[subprocess.Popen[bytes]]:
    """Keep one core busy with another process, bound to it where the system can."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    try:
        yield process
    finally:
        process.kill()
        process.wait()
