"""One engine in a process of its own: its cold start, its memory, and its speed on so many threads.

`run_alone` starts the process and reads what it says; `python -m benchmarks.alone JOB` is the
process. What it may occupy is bounded by what the machine has free: a picture too large for it ends
with a sentence, not with the machine on its knees.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from realtime.errors import EngineError, PleinairError
from realtime.ports import Size

ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 600
MEMORY_SHARE = 0.9


@dataclass(frozen=True, kw_only=True)
class Job:
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
class Alone:
    """What it said."""

    runs_on: str
    cold_s: float
    """From the start of the process, Python's own included, to the first painting."""
    first_picture_s: float
    """From opening the engine to the first painting: weights read, network built, painted."""
    durations: list[float]
    """Of the paintings after it, in seconds."""
    peak_memory_mb: float | None
    """Of the process, Python and libraries included."""
    gpu_memory_mb: float | None = None


def run_alone(job: Job, *, cache: Path | None = None) -> Alone:
    """Run a job in a fresh process.

    Args:
        job: What to do.
        cache: The base of the cache folder; None for the user's own.

    Raises:
        EngineError: the engine is not to be had, or failed; or it ran out of memory.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(_import_path())}
    if cache is not None:
        environment["XDG_CACHE_HOME"] = str(cache)
    started = time.time()
    command = [sys.executable, "-m", "benchmarks.alone", json.dumps(asdict(job)), str(started)]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired as exc:
        raise EngineError(f"no picture within {TIMEOUT_SECONDS} s") from exc
    if done.returncode:
        raise EngineError(_last_words(done))
    return Alone(**json.loads(done.stdout.splitlines()[-1]))


def _import_path() -> list[str]:
    return [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}: out of memory?"
    last = lines[-1] if lines else f"exit code {done.returncode}"
    return f"out of memory: {last}" if "alloc" in last or "MemoryError" in last else last


def main(text: str, started: float) -> None:
    """Do the job and print what came of it, as JSON."""
    values = json.loads(text)
    job = Job(**values | {"size": tuple(values["size"])})
    if job.threads is not None:
        _use_threads(job.threads)
    _bound_memory()
    print(json.dumps(asdict(_work(job, started))))


def _work(job: Job, started: float) -> Alone:
    from benchmarks.contenders import open_contender
    from benchmarks.measure import timed
    from benchmarks.scene import landscape

    frame = landscape(job.size)
    opened = time.perf_counter()
    with closing(open_contender(job.engine, Path(job.bundle), job.device, job.precision)) as one:
        paint = one.painting(frame)
        paint()
        first, cold = time.perf_counter() - opened, time.time() - started
        durations = timed(paint, seconds=job.seconds) if job.seconds else []
        return Alone(
            runs_on=one.runs_on,
            cold_s=round(cold, 3),
            first_picture_s=round(first, 3),
            durations=durations,
            peak_memory_mb=_peak_memory_mb(),
            gpu_memory_mb=_gpu_memory_mb(),
        )


def _use_threads(count: int) -> None:
    """Leave only some CPUs to this process, before any library counts them."""
    os.environ["OMP_NUM_THREADS"] = str(count)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def _bound_memory() -> None:
    free = _free_memory()
    if free is not None and sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (int(MEMORY_SHARE * free), most))


def _free_memory() -> int | None:
    """Return how many bytes can be had without swapping, or None where nobody tells."""
    info = Path("/proc/meminfo")
    found = re.search(r"MemAvailable:\s+(\d+) kB", info.read_text()) if info.exists() else None
    return 1024 * int(found[1]) if found else None


def _peak_memory_mb() -> float | None:
    if sys.platform == "win32":
        return None
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would tell the peak of whoever started this process
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        return round(int(found[1]) * 1024 / 1e6, 1) if found else None
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
