"""What OpenVINO keeps between runs is only a cache: damaged, it is made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from realtime.engines import open_engine
from realtime.frame import Frame
from realtime.look import Look
from tests.commands import ROOT, run_python
from tests.helpers import FAST, quadrant_card

PAINT = """
import hashlib
from pathlib import Path
import numpy as np
from realtime.engines import open_engine
from realtime.frame import Frame
from realtime.look import Look
engine = open_engine("openvino", Path("realtime/styles/fast.safetensors"), device="cpu")
pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
painted = engine.stylize(Frame(pixels, 0, 0.0), Look.of_style(0, len(engine.styles)))
print(hashlib.sha256(painted.pixels.tobytes()).hexdigest())
"""


def paint(cache: Path) -> str:
    finished = run_python("-c", PAINT, cwd=ROOT, XDG_CACHE_HOME=str(cache))
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_damaged_cache_is_rebuilt(tmp_path: Path) -> None:
    first = paint(tmp_path)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".blob" for path in kept)
    for damage in (b"", b"no engine at all", None):
        for path in kept:
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
        assert paint(tmp_path) == first


def test_a_cache_folder_that_cannot_be_made_costs_time_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with open_engine("openvino", FAST, device="cpu") as engine:
        frame = Frame(quadrant_card(32, 32), 0, 0.0)
        painted = engine.stylize(frame, Look.of_style(0, len(engine.styles)))
    assert np.abs(painted.pixels.astype(int) - frame.pixels).mean() > 5
