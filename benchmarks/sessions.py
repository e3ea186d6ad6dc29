"""`pleinair bench hold` and `bench endurance`: live sessions, beside a load and for minutes.

hold: whether the quality controller holds a rate beside a real load. A camera, `pleinair live`'s
own session and controller, and no sink. First the machine is left alone, then another process takes
one core away, then it goes. Each phase tells the rate, how long a frame took, how it was painted in
the end, and how often that changed; `settled_s` is how long after the phase began what was asked
for was held for good, but for one frame in ten.

endurance: does a session's memory, threads or open files grow? The run is a user's, in this
process; a thread beside it looks at the process once a second. What it sees once the run is warm is
compared with the highest it sees afterwards.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median

import psutil

from benchmarks.harness import HD_PX, Tell, label, landscape_camera, percentiles, silent
from benchmarks.result import Row
from realtime import sinks
from realtime.arbitrary_style.request import find_look
from realtime.clockwork import monotonic
from realtime.engines.base import styles_of
from realtime.errors import BadInputError
from realtime.live.controls import State
from realtime.live.engines import LazyEngine
from realtime.live.factory import controller_of, denoised, engine_opener
from realtime.live.quality_controller import Level, QualityController
from realtime.live.run import run_live
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
HOLD_NOTES = (
    "Hold: the load is one process that keeps one core busy. settled_s: how long after the phase "
    "began the rate and the latency asked for were held for good, but for one frame in ten.",
)
WARM_SECONDS = 20.0
"""By then the engine has compiled, and Python and the allocator have what they need."""
SAMPLE_SECONDS = 1.0
CALIBRATING = 5
"""How many samples, at the start, are taken as the level to compare with."""


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


@dataclass(frozen=True)
class Sample:
    """The process at one moment."""

    at: float
    memory_mb: float
    threads: int
    """Those of the libraries included."""
    files: int
    """Files, sockets and pipes; on Windows all handles."""


def measure_endurance(seconds: float, size: Size, engine: str, tell: Tell = silent) -> Row:
    """Run live for so long and return one row.

    Raises:
        BadInputError: too short to be warm and then watched.
    """
    if seconds < WARM_SECONDS + 2 * CALIBRATING:
        raise BadInputError(
            f"--minutes must be above {(WARM_SECONDS + 2 * CALIBRATING) / 60:.1f}: the first "
            f"{WARM_SECONDS:g} seconds warm up; got {seconds / 60:g}"
        )
    samples: list[Sample] = []
    stopped = threading.Event()
    thread = threading.Thread(target=_watch, args=(samples, stopped), name="monitor")
    thread.start()
    settings = LiveSettings(
        source="synthetic", sink="null", size=size, seconds=seconds, engine=engine, remembers=False
    )
    try:
        outcome = run_live(settings, tell)
    finally:
        stopped.set()
        thread.join()
    report = outcome.report
    return {
        "bench": "endurance",
        "size": label(size),
        "minutes": round(report.seconds / 60, 1),
        "frames": report.frames,
        "fps": round(report.mean_fps, 2),
        "dropped": report.dropped,
        **growth(samples),
        "runs_on": outcome.engine,
    }


def growth(samples: list[Sample]) -> dict[str, float]:
    """Return how much a run grew from where it was warm, from samples in the order of time."""
    warm = [one for one in samples if one.at >= WARM_SECONDS]
    first, rest = warm[:CALIBRATING], warm[CALIBRATING:]
    if not rest:
        raise BadInputError("the run ended before it was warm: give it longer")
    level = _level(first)
    return {
        "memory_warm_mb": round(level, 1),
        "memory_growth_mb": round(max(one.memory_mb for one in rest) - level, 1),
        "memory_end_growth_mb": round(_level(rest[-CALIBRATING:]) - level, 1),
        "threads": first[-1].threads,
        "threads_more": max(one.threads for one in rest) - first[-1].threads,
        "files": first[-1].files,
        "files_more": max(one.files for one in rest) - first[-1].files,
    }


def _level(samples: list[Sample]) -> float:
    return median(one.memory_mb for one in samples)


def _watch(samples: list[Sample], stopped: threading.Event) -> None:
    """Take a sample of this process every second until it is told to stop."""
    started, process = monotonic(), psutil.Process()
    while not stopped.wait(SAMPLE_SECONDS):
        memory_mb, threads = process.memory_info().rss / 1e6, process.num_threads()
        samples.append(Sample(monotonic() - started, memory_mb, threads, _open_files(process)))


def _open_files(process: psutil.Process) -> int:
    if sys.platform == "win32":
        return process.num_handles()
    return process.num_fds()
