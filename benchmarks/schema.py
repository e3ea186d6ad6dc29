"""The one form in which figures are kept: a result is rows, and what a reader needs to judge them.

    {"written_by": "pleinair", "schema": 1, "command": ..., "commit": ..., "measured_at": ...,
     "machine": {...}, "notes": [...], "rows": [{"bench": "engines", ...}, ...]}

Every row says in `bench` which benchmark it is of, so that a file may hold several, and several
files may be read as one. What could not be measured stays as a row too, without figures, with the
reason in `not_measured`. Durations end in `_ms` or `_s`, sizes are WIDTHxHEIGHT.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.facts import commit, machine_facts
from realtime.errors import BadInputError
from realtime.folders import write_whole
from realtime.provenance import WRITTEN_BY
from realtime.sinks.outputs import require_free

SCHEMA = 1
"""Raised whenever a reader of the number before would misunderstand a file."""
REASON = "not_measured"
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
    """As `facts.machine_facts` gives it: at least `cpu`, `cores` and `gpus`."""
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


def missing(bench: str, reason: str, **facts: object) -> Row:
    """Return the row of something that was not measured, and why."""
    return {"bench": bench, **facts, REASON: " ".join(reason.split())}


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
