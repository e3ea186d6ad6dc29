"""The facts of the machine that every figure is stored with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

import torch

from realtime.machine import cpu_name, versions

ROOT = Path(__file__).parent.parent
ENGINE_PACKAGES = (
    "numpy", "opencv-python", "opencv-python-headless", "av", "onnx", "openvino", "onnxruntime",
    "onnxruntime-gpu", "tensorrt", "triton",
)  # fmt: skip
POWER = Path("/sys/class/power_supply")
DRIVER = Path("/proc/driver/nvidia/version")


def machine_facts() -> dict[str, Any]:
    """Return what a reader needs to judge the figures: CPU, GPU, power, load, versions."""
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "torch_threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "memory_gb": _memory_gb(),
        "gpus": gpus,
        "driver": driver_version(),
        "cuda": torch.version.cuda if gpus else None,
        "power": power_source(),
        "load_1_min": _load(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "packages": versions(ENGINE_PACKAGES),
    }


def power_source(folder: Path = POWER) -> str | None:
    """Return `mains` or `battery`, or None where nobody tells; laptops are slower on batteries."""
    supplies = sorted(folder.glob("*")) if folder.is_dir() else []
    kinds = {_read(supply / "type"): supply for supply in supplies}
    for mains in ("Mains", "USB"):
        if mains in kinds and _read(kinds[mains] / "online") == "1":
            return "mains"
    if "Battery" in kinds:
        return "battery" if _read(kinds["Battery"] / "status") == "Discharging" else "mains"
    return None


def driver_version(file: Path = DRIVER) -> str | None:
    """Return the version of the NVIDIA driver, or None."""
    found = re.search(r"\b(\d+\.\d+(?:\.\d+)?)\b", _read(file))
    return found[1] if found else None


def commit(folder: Path = ROOT) -> str | None:
    """Return the commit that is checked out, with a `+` if tracked files differ from it."""
    head = _git(folder, "rev-parse", "--short=12", "HEAD")
    if head is None:
        return None
    return f"{head}+" if _git(folder, "status", "--porcelain", "--untracked-files=no") else head


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _memory_gb() -> float | None:
    found = re.search(r"MemTotal:\s+(\d+) kB", _read(Path("/proc/meminfo")))
    return round(int(found[1]) / 1e6, 1) if found else None


def _load() -> float | None:
    """Return how many processes wanted to run lately: above 0, something else took part."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, ValueError):
        return ""
