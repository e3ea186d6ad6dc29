"""Ten minutes of `pleinair live`: does it grow, leave threads behind, or forget to close files?

The run is a user's, in this process; a thread beside it looks at the process once a second. What
it sees once the run is warm is compared with the highest it sees afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.schema import Row
from benchmarks.video import resident_mb
from realtime.clockwork import monotonic
from realtime.errors import BadInputError
from realtime.live.run import run_live
from realtime.ports import Size
from realtime.settings import LiveSettings

WARM_SECONDS = 20.0
"""By then the engine has compiled, and Python and the allocator have what they need."""
LOOK_SECONDS = 1.0
CALIBRATING = 5
"""How many looks, at the start, are taken as the level to compare with."""


@dataclass(frozen=True)
class Look:
    """The process at one moment."""

    at: float
    memory_mb: float
    threads: int
    files: int


@dataclass
class Watcher:
    """Looks at the process until it is told to stop."""

    looks: list[Look] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look once a second."""
        started = monotonic()
        while not self._stopped.wait(LOOK_SECONDS):
            at = monotonic() - started
            self.looks.append(Look(at, resident_mb(), thread_count(), file_count()))

    def stop(self) -> None:
        """End `watch`."""
        self._stopped.set()


def measure_endurance(
    seconds: float, size: Size, engine: str, tell: Callable[[str], None] = lambda line: None
) -> Row:
    """Run live for so long and return one row.

    Raises:
        BadInputError: too short to be warm and then watched.
    """
    if seconds < WARM_SECONDS + 2 * CALIBRATING:
        raise BadInputError(
            f"--minutes must be above {(WARM_SECONDS + 2 * CALIBRATING) / 60:.1f}: the first "
            f"{WARM_SECONDS:g} seconds warm up; got {seconds / 60:g}"
        )
    watcher = Watcher()
    thread = threading.Thread(target=watcher.watch, name="watcher")
    thread.start()
    settings = LiveSettings(
        source="synthetic", sink="null", size=size, seconds=seconds, engine=engine, remembers=False
    )
    try:
        outcome = run_live(settings, tell)
    finally:
        watcher.stop()
        thread.join()
    report = outcome.report
    return {
        "bench": "endurance",
        "size": f"{size[0]}x{size[1]}",
        "minutes": round(report.seconds / 60, 1),
        "frames": report.frames,
        "fps": round(report.mean_fps, 2),
        "dropped": report.dropped,
        **growth(watcher.looks),
        "runs_on": outcome.engine,
    }


def growth(looks: list[Look]) -> dict[str, float]:
    """Return how much a run grew from where it was warm, from looks in the order of time."""
    warm = [look for look in looks if look.at >= WARM_SECONDS]
    first, rest = warm[:CALIBRATING], warm[CALIBRATING:]
    if not rest:
        raise BadInputError("the run ended before it was warm: give it longer")
    level = median(look.memory_mb for look in first)
    return {
        "memory_warm_mb": round(level, 1),
        "memory_growth_mb": round(max(look.memory_mb for look in rest) - level, 1),
        "memory_end_growth_mb": round(median(x.memory_mb for x in rest[-CALIBRATING:]) - level, 1),
        "threads": first[-1].threads,
        "threads_more": max(look.threads for look in rest) - first[-1].threads,
        "files": first[-1].files,
        "files_more": max(look.files for look in rest) - first[-1].files,
    }


def thread_count() -> int:
    """Return the threads of this process, the libraries' own included where the system tells."""
    try:
        return len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return threading.active_count()


def file_count() -> int:
    """Return how many files, sockets and pipes this process has open; 0 where nobody tells."""
    try:
        return len(list(Path("/proc/self/fd").iterdir()))
    except OSError:
        return 0
