"""The real window, on a virtual screen, with real key presses. Each test is its own process,
because OpenCV's Qt keeps the first screen it saw."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def start_live(screen: str, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable, "-m", "realtime", "live", "--source", "synthetic", "--size", "320x240",
        *arguments,
    ]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(ROOT), "DISPLAY": screen}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=cwd
    )


def xdotool(screen: str, *arguments: str) -> str:
    env = {**os.environ, "DISPLAY": screen}
    finished = subprocess.run(
        ["xdotool", *arguments], capture_output=True, text=True, timeout=30, check=False, env=env
    )
    return finished.stdout.strip()


def wait_for_window(screen: str, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        if window := xdotool(screen, "search", "--onlyvisible", "--name", "^pleinair$"):
            time.sleep(1.0)
            return window.splitlines()[0]
        time.sleep(0.2)
    raise AssertionError("no window appeared")


@pytest.fixture
def driven(screen: str) -> str:
    if shutil.which("xdotool") is None:
        message = "needs xdotool"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return screen


def test_keys_take_snapshots_and_quit(driven: str, tmp_path: Path) -> None:
    process = start_live(driven, cwd=tmp_path)
    window = wait_for_window(driven, process)
    for key in ("h", "Right", "Down", "m", "b", "s"):
        xdotool(driven, "key", "--window", window, key)
        time.sleep(0.4)
    xdotool(driven, "key", "--window", window, "q")
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "fps end to end" in out
    assert len(list(tmp_path.glob("pleinair-*.png"))) == 1


def test_closing_the_window_ends_the_run(driven: str, tmp_path: Path) -> None:
    process = start_live(driven, "--seconds", "60", cwd=tmp_path)
    window = wait_for_window(driven, process)
    xdotool(driven, "windowclose", window)
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode is not None


def test_it_ends_when_the_time_is_up(screen: str, tmp_path: Path) -> None:
    process = start_live(screen, "--seconds", "2", "--no-overlay", cwd=tmp_path)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "p99" in out
