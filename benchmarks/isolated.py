"""Measurements in fresh processes: one engine's cold start, memory and threads; pleinair's start.

`run_isolated` starts a process for one engine and reads what it reports;
`python -m benchmarks.isolated RUN STARTED` is that process. Its memory is bounded by what the
machine has free: a picture too large for it ends with a sentence, and the machine does not swap.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import psutil

from realtime.clockwork import monotonic, timed
from realtime.errors import EngineError, PleinairError
from realtime.ports import Size

ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 600
MEMORY_SHARE = 0.9
LIVE_STARTS = 3
FIRST_FRAME = ("live", "--source", "synthetic", "--sink", "null", "--seconds", "0.001")


@dataclass(frozen=True, kw_only=True)
class IsolatedRun:
    """What the process does: open an engine, paint the landscape once, then for some time."""

    engine: str
    """Of `realtime.engines`, or `eager`."""
    bundle: str
    size: Size
    device: str = "auto"
    precision: str = "auto"
    seconds: float = 0.0
    threads: int | None = None
    """How many CPUs the process may use; None: all."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the process reports."""

    runs_on: str
    cold_s: float
    """From the start of the process, Python's own included, to the first painting."""
    first_picture_s: float
    """From opening the engine to the first painting: weights read, network built, painted."""
    durations: list[float]
    """Of the paintings after it, in seconds."""
    peak_memory_mb: float
    """Of the process, Python and libraries included."""
    gpu_memory_mb: float | None = None


def run_isolated(run: IsolatedRun) -> Measured:
    """Measure an engine in a fresh process.

    Raises:
        EngineError: the engine is not available, or failed; or it ran out of memory.
    """
    module = ["benchmarks.isolated", json.dumps(asdict(run)), str(time.time())]
    try:
        done = _python(*module, timeout_seconds=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired as exc:
        raise EngineError(f"no picture within {TIMEOUT_SECONDS} s") from exc
    if done.returncode:
        raise EngineError(_last_words(done))
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def measure_start(
    *, runs: int = LIVE_STARTS, tell: Callable[[str], None] = lambda line: None
) -> list[dict[str, object]]:
    """Return two rows: the start of `pleinair live` with an empty cache folder, and with its own.

    The clock runs from the start of the process to its end, which follows the first frame shown; so
    the figure is an upper bound by the time that a process takes to end. Cold means that pleinair's
    cache folder is empty: engines are tried, graphs built and compiled. What the operating system
    holds in memory of files is left as it is.

    Raises:
        EngineError: pleinair does not run here.
    """
    with tempfile.TemporaryDirectory(prefix="pleinair-bench-") as folder:
        tell("starting, cold")
        cold = [_seconds_to_first_frame(Path(folder) / str(number)) for number in range(runs)]
        tell("starting, warm")
        warm = [_seconds_to_first_frame(Path(folder) / "0") for _ in range(runs)]
    return [
        {"bench": "start", "what": what, "seconds": round(median(seconds), 2),
         "max_s": round(max(seconds), 2), "runs": len(seconds)}
        for what, seconds in (("cold: empty cache folder", cold), ("warm", warm))
    ]  # fmt: skip


def _seconds_to_first_frame(cache: Path) -> float:
    started = monotonic()
    done = _python("realtime", *FIRST_FRAME, timeout_seconds=300, XDG_CACHE_HOME=str(cache))
    seconds = monotonic() - started
    if done.returncode:
        raise EngineError(f"pleinair {' '.join(FIRST_FRAME)} failed: {done.stderr.strip()[-300:]}")
    return seconds


def _python(
    *module: str, timeout_seconds: float, **environment: str
) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", *module],
        env=os.environ | environment | {"PYTHONPATH": path},
        capture_output=True, text=True, timeout=timeout_seconds,
    )  # fmt: skip


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}: out of memory?"
    last = lines[-1] if lines else f"exit code {done.returncode}"
    return f"out of memory: {last}" if "alloc" in last or "MemoryError" in last else last


def main(text: str, started: float) -> None:
    """Measure in this process, and print the result as JSON."""
    values = json.loads(text)
    run = IsolatedRun(**values | {"size": tuple(values["size"])})
    if run.threads is not None:
        _use_threads(run.threads)
    _bound_memory()
    # Imported only now: libraries count the CPUs when they are loaded.
    from benchmarks.candidates import open_candidate
    from benchmarks.harness import landscape

    frame = landscape(run.size)
    opened = time.perf_counter()
    with closing(open_candidate(run.engine, Path(run.bundle), run.device, run.precision)) as one:
        paint = one.painting(frame)
        paint()
        first, cold = time.perf_counter() - opened, time.time() - started
        durations = timed(paint, seconds=run.seconds) if run.seconds else []
        found = Measured(
            runs_on=one.runs_on,
            cold_s=round(cold, 3),
            first_picture_s=round(first, 3),
            durations=durations,
            peak_memory_mb=_peak_memory_mb(),
            gpu_memory_mb=_gpu_memory_mb(),
        )
    print(json.dumps(asdict(found)))


def _use_threads(count: int) -> None:
    """Leave only some CPUs to this process, before any library counts them."""
    os.environ["OMP_NUM_THREADS"] = str(count)
    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):  # not on macOS
        process.cpu_affinity(sorted(process.cpu_affinity())[:count])


def _bound_memory() -> None:
    if sys.platform == "linux":
        import resource

        free = psutil.virtual_memory().available
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (int(MEMORY_SHARE * free), most))


def _peak_memory_mb() -> float:
    """Return the most that this process occupied."""
    if sys.platform == "linux":
        # psutil knows no peak here, and getrusage tells that of whoever started this process.
        found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
        return round(int(found[1]) * 1024 / 1e6, 1) if found else 0.0
    if sys.platform == "win32":
        return round(psutil.Process().memory_info().peak_wset / 1e6, 1)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB; on macOS bytes
    return round(peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6, 1)


def _gpu_memory_mb() -> float | None:
    """What is taken on the GPU now, by whomever: engines other than torch tell nobody."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return None
    free, total = torch.cuda.mem_get_info()
    reserved = torch.cuda.max_memory_reserved()
    return round(float(max(reserved, total - free)) / 1e6, 1)


def _run() -> None:
    try:
        main(sys.argv[1], float(sys.argv[2]))
    except PleinairError as exc:
        sys.exit(str(exc))
    except (MemoryError, RuntimeError) as exc:
        sys.exit(f"{type(exc).__name__}: {str(exc).splitlines()[0] if str(exc) else ''}")


if __name__ == "__main__":
    _run()
