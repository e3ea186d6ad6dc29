"""The file format of benchmark results: rows of figures, and the machine they were measured on.

    {"written_by": "pleinair", "schema": 1, "command": ..., "commit": ..., "measured_at": ...,
     "machine": {...}, "notes": [...], "rows": [{"bench": "engines", ...}, ...]}

Every row names its benchmark in `bench`, so that a file may hold several, and several files may be
read as one. What could not be measured stays as a row too, without figures, with the reason in
`not_measured`. Durations end in `_ms` or `_s`, sizes are WIDTHxHEIGHT.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from realtime.errors import BadInputError
from realtime.folders import write_whole
from realtime.machine import cpu_name, versions
from realtime.provenance import WRITTEN_BY
from realtime.sinks.outputs import require_free

SCHEMA = 1
"""Raised whenever a reader of the number before would misunderstand a file."""
REASON = "not_measured"
ROOT = Path(__file__).parent.parent
ENGINE_PACKAGES = (
    "numpy", "opencv-python", "opencv-python-headless", "av", "onnx", "openvino", "onnxruntime",
    "onnxruntime-gpu", "tensorrt", "triton",
)  # fmt: skip
DRIVER = Path("/proc/driver/nvidia/version")
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Result:
    """Figures, and where they come from."""

    command: str
    commit: str | None = None
    """Of this program, with `+` behind it when files were changed since; None where unknown."""
    measured_at: str = ""
    """UTC, ISO 8601."""
    machine: Mapping[str, Any]
    """As `machine_facts` gives it: at least `cpu`, `cores` and `gpus`."""
    notes: Sequence[str] = field(default_factory=list)
    """What the figures leave out."""
    rows: Sequence[Row]

    @classmethod
    def here(cls, rows: Sequence[Row], notes: Sequence[str] = ()) -> Result:
        """Return rows that were measured just now, on this machine, by this command."""
        return cls(
            rows=rows,
            machine=machine_facts(),
            command=command_line(sys.argv),
            commit=commit(),
            measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=list(notes),
        )

    def of(self, *benches: str) -> list[Row]:
        """Return the rows of some benchmarks that hold figures."""
        return [row for row in self.rows if row["bench"] in benches and REASON not in row]

    def to_json(self) -> str:
        """Return the file's text."""
        return json.dumps(WRITTEN_BY | {"schema": SCHEMA, **asdict(self)}, indent=2) + "\n"

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the file, whole or not at all.

        Raises:
            BadInputError: the disk does not take it, or it would replace a file that is not ours.
        """
        require_free(path, overwrite=overwrite)
        write_whole(path, self.to_json().encode())


def read(path: Path) -> Result:
    """Read a result.

    Raises:
        BadInputError: no such file, not a result, or of another version of the schema.
    """
    try:
        found = json.loads(path.read_text())
    except OSError as exc:
        raise BadInputError(f"cannot read {path}: {exc.strerror}") from exc
    except ValueError:
        found = None
    if not isinstance(found, dict) or not {"machine", "rows"} <= found.keys():
        raise BadInputError(f"{path} is no result of `pleinair bench`")
    found = {key: value for key, value in found.items() if key not in WRITTEN_BY}
    if (version := found.pop("schema", None)) != SCHEMA:
        what = f"schema {version}" if version else "no schema number"
        raise BadInputError(
            f"{path} has {what}, this version reads {SCHEMA}: measure again with this version, or "
            "read it with the version that wrote it"
        )
    try:
        result = Result(**found)
        fine = all(isinstance(row["bench"], str) for row in result.rows)
        fine = fine and {"cpu", "cores", "gpus"} <= result.machine.keys()
    except (TypeError, KeyError, AttributeError):
        fine = False
    if not fine:
        raise BadInputError(f"{path} is damaged: it says schema {SCHEMA} but does not follow it")
    return result


def combined(results: Sequence[Result]) -> Result:
    """Return several results as one; if their machines differ, each row names its `machine`."""
    names = [machine_line(result.machine) for result in results]
    several = len(set(names)) > 1
    rows = [
        row | ({"machine": name} if several else {})
        for name, result in zip(names, results, strict=True)
        for row in result.rows
    ]
    notes = list(dict.fromkeys(note for result in results for note in result.notes))
    return replace(results[0], rows=rows, notes=notes)


def missing(bench: str, reason: str, **facts: object) -> Row:
    """Return the row of something that was not measured, and why."""
    return {"bench": bench, **facts, REASON: " ".join(reason.split())}


def value_of(row: Row, key: str) -> object:
    """Return what a row holds under a key; `a.b` looks for b in what is under a."""
    found: Any = row
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def command_line(argv: Sequence[str]) -> str:
    """Return what a reader types to measure the same again."""
    program = Path(argv[0])
    name = program.stem
    if program.suffix == ".py":
        package = program.parent.name
        name = "pleinair" if name == "__main__" else f"python -m {package}.{name}"
    return f"{name} {shlex.join(_portable(argument) for argument in argv[1:])}".strip()


def _portable(argument: str) -> str:
    """Return a path relative to the folder it was given in: nobody else has this one's folders."""
    if not Path(argument).is_absolute():
        return argument
    try:
        return os.path.relpath(argument)
    except ValueError:  # on another drive of Windows
        return Path(argument).name


def machine_line(machine: Mapping[str, Any]) -> str:
    """Return a machine in one line: `AMD EPYC, 2 cores (AVX512), no GPU`."""
    gpus = ", ".join(machine["gpus"]) or "no GPU"
    able = f" ({machine['cpu_capability']})" if machine.get("cpu_capability") else ""
    return f"{machine['cpu']}, {machine['cores']} cores{able}, {gpus}"


def machine_facts() -> dict[str, Any]:
    """Return what a reader needs to judge the figures: CPU, GPU, power, load, versions."""
    import torch  # here, so that `pleinair bench --help` need not wait for it

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "torch_threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "gpus": gpus,
        "driver": driver_version(),
        "cuda": torch.version.cuda if gpus else None,
        "power": power_source(),
        # How many processes wanted to run lately: above 0, something else took part.
        "load_1_min": round(psutil.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "packages": versions(ENGINE_PACKAGES),
    }


def power_source() -> str | None:
    """Return `mains` or `battery`, None where there is no battery: laptops are slower on theirs."""
    battery = psutil.sensors_battery()
    if battery is None or battery.power_plugged is None:
        return None
    return "mains" if battery.power_plugged else "battery"


def driver_version(file: Path = DRIVER) -> str | None:
    """Return the version of the NVIDIA driver, or None."""
    with suppress(OSError, ValueError):
        if found := re.search(r"\b(\d+\.\d+(?:\.\d+)?)\b", file.read_text()):
            return found[1]
    return None


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
