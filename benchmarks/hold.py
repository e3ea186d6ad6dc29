"""`pleinair bench hold`: whether the quality controller holds a rate beside a real load.

A camera, `pleinair live`'s own session and controller, and no sink. First the machine is left
alone, then another process takes one core away, then it goes. Each phase tells the rate, how long
a frame took, how it was painted in the end, and how often that changed; `settled_s` is how long
after the phase began what was asked for was held for good, but for one frame in ten.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from benchmarks.harness import HD_PX, Tell, label, landscape_camera, percentiles, silent
from benchmarks.result import Row
from realtime import sinks
from realtime.arbitrary_style.request import find_look
from realtime.clockwork import monotonic
from realtime.engines.base import styles_of
from realtime.live.controls import State
from realtime.live.engines import LazyEngine
from realtime.live.factory import controller_of, denoised, engine_opener
from realtime.live.quality_controller import Level, QualityController
from realtime.live.session import Session, SessionContext
from realtime.pipeline import Report, StageTimestamps, run
from realtime.ports import Size
from realtime.settings import LiveSettings

CAMERA_FPS = 60.0
"""Above the rate to hold, or the camera's own pace is what is seen."""
LATE = 0.1
"""Share of frames that may miss while the rest keeps to what was asked for."""
LEAST_FRAMES = 2
"""Of a phase, however long they take: fewer have no rate."""
PHASES = ("alone", "beside a load on one core", "alone again")
NEXT_FRAMES = 30
"""Over how many frames that share is taken."""
NOTES = (
    "Hold: the load is one process that keeps one core busy. settled_s: how long after the phase "
    "began the rate and the latency asked for were held for good, but for one frame in ten.",
)


@dataclass(frozen=True)
class HoldCase:
    """What to hold, and for how long."""

    size: Size = HD_PX
    rate_fps: float = 30.0
    latency_ms: float = 80.0
    seconds: float = 15.0
    """Of each phase."""
    bundle: str | None = None
    engine: str = "auto"


@dataclass(frozen=True)
class PaintedFrame:
    """One frame of the run."""

    timestamps: StageTimestamps
    level: Level

    def misses(self, case: HoldCase) -> bool:
        """Whether painting it took more than a frame may at that rate, or it was shown late."""
        cost = self.timestamps.painted - self.timestamps.begun
        latency = self.timestamps.shown - self.timestamps.taken
        return cost > 1 / case.rate_fps or latency > case.latency_ms / 1000


def measure_hold(case: HoldCase, tell: Tell = silent) -> list[Row]:
    """Return a row for each phase: alone, beside the load, alone again.

    Raises:
        PleinairError: the engine is not available.
    """
    settings = LiveSettings(
        bundle=case.bundle, engine=case.engine, hold_fps=case.rate_fps,
        latency_ms=case.latency_ms, size=case.size,
    )  # fmt: skip
    request = find_look(None, case.bundle)
    controller = controller_of(settings, request.entry)
    assert controller is not None
    with ExitStack() as stack:
        camera = stack.enter_context(landscape_camera(case.size, CAMERA_FPS))
        opener = engine_opener(settings, request, camera.size, controller)
        late = stack.enter_context(LazyEngine(styles_of(request.entry.path), opener))
        late.wait()
        engine = denoised(late, settings)
        sink = stack.enter_context(sinks.open_sink("null"))
        context = SessionContext(snapshots=Path(), tell=tell, controller=controller)
        hooks = Session(engine, State.of_look(request.look), context).hooks()
        phases = _Phases(case, controller, stack, tell)
        run(camera, engine, sink, replace(
            hooks, on_timestamps=phases.record, on_turn=phases.turn,
            on_frame=lambda report: hooks.on_frame(report) and not phases.is_over,
        ))  # fmt: skip
        facts: Row = {
            "network": request.entry.card.config.architecture,
            "size": label(case.size),
            "goal_fps": case.rate_fps,
            "goal_ms": case.latency_ms,
        }
        return [
            {"bench": "hold", "phase": name, **facts, **_row(painted, began, case),
             "runs_on": engine.description}
            for name, painted, began in zip(PHASES, phases.painted, phases.began, strict=False)
        ]  # fmt: skip


class _Phases:
    """Three phases, one after the other; the load comes with the second and goes with the third."""

    def __init__(
        self, case: HoldCase, controller: QualityController, stack: ExitStack, tell: Tell
    ) -> None:
        self._case, self._controller, self._tell = case, controller, tell
        self._load = stack.enter_context(ExitStack())
        self.began = [monotonic()]
        self.painted: list[list[PaintedFrame]] = [[]]

    def record(self, timestamps: StageTimestamps) -> None:
        """Record a frame."""
        self.painted[-1].append(PaintedFrame(timestamps, self._controller.level))

    def turn(self, report: Report) -> None:
        """Begin the next phase when it is time."""
        del report
        is_short = monotonic() - self.began[-1] < self._case.seconds
        if is_short or len(self.painted[-1]) < LEAST_FRAMES or self.is_over:
            return
        self._load.close()
        if len(self.painted) == 1:
            self._load.enter_context(one_core_busy())
        self.painted.append([])
        self.began.append(monotonic())
        if not self.is_over:
            self._tell(PHASES[len(self.painted) - 1])

    @property
    def is_over(self) -> bool:
        """Whether all phases have been."""
        return len(self.painted) > len(PHASES)


def _row(painted: Sequence[PaintedFrame], began: float, case: HoldCase) -> Row:
    shown = [frame.timestamps.shown for frame in painted]
    settled = settling_seconds([(f.timestamps.shown - began, f.misses(case)) for f in painted])
    last = painted[-1].level
    return {
        "frames": len(painted),
        "fps": _rate(shown),
        "capture_to_shown": percentiles([f.timestamps.shown - f.timestamps.taken for f in painted]),
        "settled_s": None if settled is None else round(settled, 2),
        "settled_fps": _rate([t for t in shown if settled is not None and t - began >= settled]),
        "detail": last.detail,
        "draft": last.light_network,
        "spare": last.reserve_core,
        "changes": sum(one.level != other.level for one, other in pairwise(painted)),
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
