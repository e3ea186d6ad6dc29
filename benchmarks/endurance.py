"""`pleinair bench endurance`: does a live session's memory, threads or open files grow?

The run is a user's, in this process; a thread beside it looks at the process once a second. What
it sees once the run is warm is compared with the highest it sees afterwards.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from statistics import median

import psutil

from benchmarks.harness import Tell, label, silent
from benchmarks.result import Row
from realtime.clockwork import monotonic
from realtime.errors import BadInputError
from realtime.live.run import run_live
from realtime.ports import Size
from realtime.settings import LiveSettings

WARM_SECONDS = 20.0
"""By then the engine has compiled, and Python and the allocator have what they need."""
SAMPLE_SECONDS = 1.0
CALIBRATING = 5
"""How many samples, at the start, are taken as the level to compare with."""


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
