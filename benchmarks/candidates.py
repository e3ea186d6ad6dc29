"""What is measured: an engine, or eager PyTorch; opened here, or measured in a fresh process.

`eager` is the network as its authors wrote it, run as most programs run it: plain PyTorch in fp32,
every layer by itself, floats made on the CPU. PyTorch is imported for it alone: an engine that does
without has its cold start measured without.

`run_isolated` starts a process for one of them and reads what it reports: its cold start, memory,
and threads; `python -m benchmarks.candidates RUN STARTED` is that process. Its memory is bounded by
what the machine has free: a picture too large for it ends with a sentence, and the machine does not
swap. `measure_start` times pleinair's own start.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

import psutil

from benchmarks.harness import Tell, landscape, silent
from benchmarks.result import Row
from realtime.clockwork import monotonic, timed
from realtime.engines import names, open_engine
from realtime.errors import BadInputError, EngineError, PleinairError
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.ports import Size

EAGER = "eager"
PRECISIONS = ("fp32", "bf16", "fp16", "int8")
ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 600
MEMORY_SHARE = 0.9
LIVE_STARTS = 3
FIRST_FRAME = ("live", "--source", "synthetic", "--sink", "null", "--seconds", "0.001")


@dataclass(frozen=True)
class Candidate:
    """Something that paints, open."""

    name: str
    device: str
    """As `ports.Device`."""
    precision: str
    runs_on: str
    """Device and precision with versions and names, for readers."""
    stylize: Callable[[Frame], Pixels]
    """Paints a frame in the first style."""


@contextmanager
def open_candidate(name: str, bundle: Path, device: str, precision: str) -> Iterator[Candidate]:
    """Open an engine by its name, or a peer.

    Raises:
        PleinairError: it is not available here.
    """
    if name == EAGER:
        yield _eager(bundle, device, precision)
        return
    with open_engine(name, bundle, device=device, precision=precision) as engine:
        look, info = Look.of_style(0, len(engine.styles)), engine.info
        yield Candidate(info.runtime, info.device, info.precision, engine.description,
                        lambda frame: engine.stylize(frame, look).pixels)  # fmt: skip


def engine_names() -> tuple[str, ...]:
    """List the engines that paint."""
    return tuple(name for name in names() if name != "identity")


def _eager(bundle: Path, device: str, precision: str) -> Candidate:
    if precision not in ("auto", "fp32"):
        raise BadInputError(f"eager is the naive way, which is fp32: got {precision}")
    import torch

    from realtime.network.bundle import load_bundle
    from realtime.network.device import choose_device
    from realtime.network.pixels import to_pixels, to_tensor

    # Devices that PyTorch does not know, such as OpenVINO's, have their baseline on the CPU.
    of_torch = device.partition(":")[0] in ("auto", "cuda", "mps")
    target = choose_device(device if of_torch else "cpu")
    loaded = load_bundle(bundle)
    network = loaded.network.to(target)
    weights = torch.zeros(1, len(loaded.card.names))
    weights[0, 0] = 1

    def stylize(frame: Frame) -> Pixels:
        with torch.inference_mode():
            picture = to_tensor(frame.pixels, torch.device("cpu"), torch.float32).contiguous()
            painting = network(picture.to(target), weights.to(target))
            return to_pixels(painting)

    named = {"cpu": "the CPU", "mps": "Apple's GPU"}
    where = named.get(target.type) or torch.cuda.get_device_name()
    runs_on = f"as specified, eager PyTorch on {where}, fp32"
    return Candidate(EAGER, target.type, "fp32", runs_on, stylize)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the process reports."""

    name: str
    precision: str
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


def run_isolated(
    engine: str,
    bundle: Path,
    size: Size,
    *,
    device: str,
    precision: str,
    seconds: float = 0.0,
    threads: int | None = None,
) -> Measured:
    """Measure an engine in a fresh process.

    Args:
        engine: Of `realtime.engines`, or `eager`.
        bundle: What it paints with: the landscape once, and then for some time.
        size: Width and height.
        device: As of `open_engine`.
        precision: Likewise.
        seconds: For how long.
        threads: How many CPUs the process may use; None: all.

    Raises:
        EngineError: the engine is not available, or failed; or it ran out of memory.
    """
    run = json.dumps([engine, str(bundle), size, device, precision, seconds, threads])
    try:
        done = _python("benchmarks.candidates", run, str(time.time()), timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired as exc:
        raise EngineError(f"no picture within {TIMEOUT_SECONDS} s") from exc
    if done.returncode:
        raise EngineError(_last_words(done))
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def measure_start(tell: Tell = silent) -> list[Row]:
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
        cold = [_seconds_to_first_frame(f"{folder}/{i}") for i in range(LIVE_STARTS)]
        tell("starting, warm")
        warm = [_seconds_to_first_frame(f"{folder}/0") for _ in range(LIVE_STARTS)]
    return [
        {"bench": "start", "what": what, "seconds": round(median(seconds), 2),
         "max_s": round(max(seconds), 2), "runs": len(seconds)}
        for what, seconds in (("cold: empty cache folder", cold), ("warm", warm))
    ]  # fmt: skip


def _seconds_to_first_frame(cache: str) -> float:
    started = monotonic()
    done = _python("realtime", *FIRST_FRAME, timeout=300, XDG_CACHE_HOME=cache)
    seconds = monotonic() - started
    if done.returncode:
        raise EngineError(f"pleinair {' '.join(FIRST_FRAME)} failed: {done.stderr.strip()[-300:]}")
    return seconds


def _python(*module: str, timeout: float, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command, env = [sys.executable, "-m", *module], os.environ | environment | {"PYTHONPATH": path}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout)


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        return f"killed by signal {-done.returncode}: out of memory?"
    last = lines[-1] if lines else f"exit code {done.returncode}"
    return f"out of memory: {last}" if "alloc" in last or "MemoryError" in last else last


def main(run: str, started: str) -> None:
    """Measure in this process, and print the result as JSON."""
    engine, bundle, size, device, precision, seconds, threads = json.loads(run)
    if threads is not None:
        _use_threads(threads)
    _bound_memory()
    frame = landscape(size)
    opened = time.perf_counter()
    with open_candidate(engine, Path(bundle), device, precision) as one:
        paint = partial(one.stylize, frame)
        paint()
        first, cold = time.perf_counter() - opened, time.time() - float(started)
        durations = timed(paint, seconds=seconds) if seconds else []
        found = Measured(
            name=one.name,
            precision=one.precision,
            runs_on=one.runs_on,
            cold_s=round(cold, 3),
            first_picture_s=round(first, 3),
            durations=durations,
            peak_memory_mb=_peak_memory_mb(),
            gpu_memory_mb=_gpu_memory_mb(),
        )
    print(json.dumps(asdict(found)))


def _use_threads(count: int) -> None:
    """Leave only some CPUs to this process, before the engine's libraries count them."""
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


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except PleinairError as exc:
        sys.exit(str(exc))
    except (MemoryError, RuntimeError) as exc:
        sys.exit(f"{type(exc).__name__}: {str(exc).splitlines()[0] if str(exc) else ''}")
