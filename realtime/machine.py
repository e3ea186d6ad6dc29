"""Facts about this machine (CPUs, package versions, uptime), and glibc's malloc settings."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

_IMPORTED = time.monotonic()
Device = TypeVar("Device")


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of those packages that are installed."""
    found = {}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def cpu_name() -> str:
    """Return the model name of the CPU."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of glibc's malloc.h."""
LARGEST_BLOCK = 32 << 20
"""What glibc allows at most for M_MMAP_THRESHOLD on 64 bits."""


def reuse_freed_memory() -> bool:
    """Make glibc keep freed memory for the next frame; False: another C library.

    By itself it gives every large block back to the system at once, and each layer of each frame
    then waits for its pages again: with PyTorch on a CPU that is 10 to 15 % of the time, more in
    some processes than in others. Nothing is kept that was not needed at once before.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK) and mallopt(M_TRIM_THRESHOLD, 2**31 - 1))


def seconds_since_start() -> float:
    """Return for how long this process has been running, as its user sees it.

    Where the system does not tell, from the moment this module was imported: a little less. psutil
    would tell it only to a second: Linux gives the moment of its own start in whole ones.
    """
    stat, uptime = Path("/proc/self/stat"), Path("/proc/uptime")
    try:
        began = int(stat.read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return float(uptime.read_text().split()[0]) - began
    except (OSError, ValueError, IndexError, AttributeError):
        return time.monotonic() - _IMPORTED


@contextmanager
def ordinary_scheduling() -> Iterator[None]:
    """Undo what is done inside to how the threads of this process are scheduled; Linux only.

    Run by root, SVT-AV1 gives the calling thread and its own the real-time policy SCHED_FIFO at the
    highest priority, which programs started later inherit: nothing else on the machine runs then
    while they have work.
    """
    if not hasattr(os, "sched_getscheduler") or os.sched_getscheduler(0) != os.SCHED_OTHER:
        yield  # elsewhere, or a priority that somebody wanted
        return
    try:
        yield
    finally:
        if os.sched_getscheduler(0) != os.SCHED_OTHER:
            for thread in Path("/proc/self/task").iterdir():
                with suppress(OSError):  # it has ended
                    os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))


def usable_cpus() -> int:
    """Return how many logical CPUs this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def threads_in_words(count: int) -> str:
    """`1 thread`, `2 threads`."""
    return f"{count} thread{'' if count == 1 else 's'}"


def match_devices(
    address: str,
    devices: Sequence[Device],
    number: Callable[[Device], int],
    name: Callable[[Device], str],
) -> list[Device]:
    """Return the devices of that number, or with that text in their name."""
    if address.isdecimal():
        return [device for device in devices if number(device) == int(address)]
    return [device for device in devices if address.lower() in name(device).lower()]
