"""Files of results: what is written can be read, what is not one is refused in a sentence."""

import json
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from benchmarks.pages import RESULTS
from benchmarks.result import (
    REASON,
    Result,
    command_line,
    driver_version,
    machine_facts,
    machine_line,
    missing,
    power_source,
    read,
)
from realtime.errors import BadInputError

ROW = {"bench": "engines", "network": "fast", "p50_ms": 9.0}


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    written = Result.here([ROW, missing("engines", "no such\n thing", engine="x")], ["a note"])
    written.write(tmp_path / "deep" / "result.json")
    got = read(tmp_path / "deep" / "result.json")
    assert got == written
    assert got.of("engines") == [ROW]
    assert got.rows[1][REASON] == "no such thing"
    assert json.loads(written.to_json())["schema"] == 1


@pytest.mark.parametrize("path", sorted(RESULTS.rglob("*.json")), ids=str)
def test_what_is_committed_can_be_read(path: Path) -> None:
    result = read(path)
    assert result.rows
    assert result.command
    assert result.machine["cpu"] in machine_line(result.machine)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "is no result"),
        ("[]", "is no result"),
        ('{"rows": []}', "is no result"),
        ('{"rows": [], "machine": {}}', "no schema number, this version reads 1"),
        ('{"schema": 2, "rows": [], "machine": {}}', "schema 2, this version reads 1"),
        ('{"schema": 1, "rows": [{}], "machine": {}, "command": ""}', "damaged"),
        ('{"schema": 1, "rows": [], "machine": {}, "odd": 1}', "damaged"),
    ],
)
def test_what_is_no_result_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(BadInputError, match=said):
        read(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot read"):
        read(tmp_path / "none.json")


def test_the_command_can_be_typed_again() -> None:
    assert command_line(["/usr/bin/pleinair", "bench", "--quick"]) == "pleinair bench --quick"
    assert command_line(["/x/realtime/__main__.py", "bench"]) == "pleinair bench"
    here = str(Path.cwd() / "results" / "a.json")  # nobody else has this machine's folders
    assert command_line(["pleinair", "--json", here]) == "pleinair --json results/a.json"
    assert command_line(["benchmarks/gpu.py", "--out", "a b"]) == (
        "python -m benchmarks.gpu --out 'a b'"
    )


def test_the_machine_says_what_it_is() -> None:
    facts = machine_facts()
    assert facts["cpu"]
    assert facts["packages"]["openvino"]


def test_power_comes_from_the_mains_or_a_battery(monkeypatch: pytest.MonkeyPatch) -> None:
    battery = [None, SimpleNamespace(power_plugged=False), SimpleNamespace(power_plugged=True)]
    said = []
    for state in battery:
        monkeypatch.setattr(psutil, "sensors_battery", lambda state=state: state)
        said.append(power_source())
    assert said == [None, "battery", "mains"]


def test_the_driver_is_found(tmp_path: Path) -> None:
    file = tmp_path / "version"
    assert driver_version(file) is None
    file.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Fri Jan 24\n")
    assert driver_version(file) == "570.86.15"
