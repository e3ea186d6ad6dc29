"""What the doctor says first, and that it says nothing twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from realtime import doctor, engines
from realtime.doctor_speed import engine_speeds, virtual_camera
from realtime.errors import UnknownNameError
from tests.commands import ROOT

SLOW = ("torch", "cv2", "av", "numpy", "openvino", "onnxruntime")


def test_the_first_line_waits_for_no_heavy_import() -> None:
    code = (
        "import sys; import realtime.cli; from realtime.doctor import examine; "
        "first = next(iter(examine())); "
        f"print(first.name, [name for name in {SLOW} if name in sys.modules])"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert finished.stdout == "system []\n"


def test_an_engine_that_is_not_installed_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "absent_engine.py").write_text("import absent\n")
    monkeypatch.setattr(engines, "__path__", [str(tmp_path)])
    assert list(engine_speeds(0.1)) == []
    found = doctor._engines()
    assert (found.ok, found.found) == (True, "; not installed: absent")


def test_a_package_that_is_missing_is_named_in_the_advice_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    monkeypatch.delitem(sys.modules, "realtime.sinks.virtual_camera_sink", raising=False)
    ok, found, advice = virtual_camera()
    assert (ok, found) == (False, "none")
    assert advice.count("pyvirtualcam") == 1


@pytest.mark.parametrize(
    ("name", "near"),
    [("stary-night", ["starry-night"]), ("scrm", ["scream"]), ("sunflowers", []), ("x", [])],
)
def test_a_misspelt_name_gets_the_nearest_or_none(name: str, near: list[str]) -> None:
    error = UnknownNameError("style", name, ["starry-night", "scream", "mosaic", "mondrian"])
    assert error.nearest == near
    assert ("did you mean" in str(error)) == bool(near)
