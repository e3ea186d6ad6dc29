"""How long `pleinair live` takes to its first painted frame, as seen from the shell.

The clock runs from the start of the process to its end, which follows the first frame shown; so
the figure is an upper bound by the time that a process takes to end. Cold means that pleinair's
cache folder is empty: engines are tried, graphs built and compiled. What the operating system holds
in memory of files is left as it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.alone import ROOT
from benchmarks.schema import Row
from realtime.clockwork import monotonic
from realtime.errors import EngineError

RUNS = 3
ARGUMENTS = ("live", "--source", "synthetic", "--sink", "null", "--seconds", "0.001")


def measure_start(
    *, runs: int = RUNS, tell: Callable[[str], None] = lambda line: None
) -> list[Row]:
    """Return two rows: the start with an empty cache folder, and with the one that it left.

    Raises:
        EngineError: pleinair does not run here.
    """
    with tempfile.TemporaryDirectory(prefix="pleinair-bench-") as folder:
        tell("starting, cold")
        cold = [_start(Path(folder) / str(number)) for number in range(runs)]
        tell("starting, warm")
        warm = [_start(Path(folder) / "0") for _ in range(runs)]
    return [_row("cold: empty cache folder", cold), _row("warm", warm)]


def _row(what: str, seconds: list[float]) -> Row:
    return {
        "bench": "start",
        "what": what,
        "seconds": round(median(seconds), 2),
        "max_s": round(max(seconds), 2),
        "runs": len(seconds),
    }


def _start(cache: Path) -> float:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": path}
    started = monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "realtime", *ARGUMENTS],
        env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    seconds = monotonic() - started
    if done.returncode:
        raise EngineError(f"pleinair {' '.join(ARGUMENTS)} failed: {done.stderr.strip()[-300:]}")
    return seconds
