"""The doctor lists what is here, says the first line at once, and nothing twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import realtime.engines.choice  # noqa: F401 - cannot be found while the folder is another
from realtime import doctor, engines
from realtime.doctor import _engines, _virtual_camera, engine_speeds
from tests.commands import run_python

SLOW = ("torch", "cv2", "av", "numpy", "openvino", "onnxruntime")


def test_the_first_line_waits_for_no_heavy_import() -> None:
    code = (
        "import sys; import realtime.cli; from realtime.doctor import examine; "
        "first = next(iter(examine())); "
        f"print(first.name, [name for name in {SLOW} if name in sys.modules])"
    )
    assert run_python("-c", code).stdout == "system []\n"


def test_an_engine_that_is_not_installed_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "absent_engine.py").write_text("import absent\n")
    monkeypatch.setattr(engines, "__path__", [str(tmp_path)])
    assert list(engine_speeds(0.1)) == []
    check = _engines()
    assert (check.ok, check.found) == (True, "; not installed: absent")


def test_a_package_that_is_missing_is_named_in_the_advice_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    monkeypatch.delitem(sys.modules, "realtime.sinks.virtual_camera_sink", raising=False)
    check = _virtual_camera()
    assert (check.ok, check.found) == (False, "none")
    assert check.advice.count("pyvirtualcam") == 1


def test_a_camera_that_fails_is_called_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CHECKS", ())
    monkeypatch.setattr(doctor, "engine_speeds", tuple)
    monkeypatch.setattr(doctor, "_list_cameras", lambda: ("camera:99 (unplugged)",))
    (check,) = doctor.examine()
    assert (check.name, check.ok) == ("camera:99", False)
    assert "BadInputError" in check.found


def test_engines_that_are_not_installed_are_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fine_engine.py").write_text("import json\n")
    (tmp_path / "odd_engine.py").write_text("import no_such_package\n")
    broken = "raise ImportError('libodd.so.1: cannot open shared object file')\n"
    (tmp_path / "torn_engine.py").write_text(broken)
    monkeypatch.setattr(engines, "__path__", [str(tmp_path)])
    check = _engines()
    assert check.ok
    here, _, absent = check.found.partition("; not installed: ")
    assert here == "fine"
    assert absent == "odd, torn (libodd.so.1: cannot open shared object file)"
