"""The real window, on a virtual screen, with real key presses. Each test is its own process,
because OpenCV's Qt keeps the first screen it saw."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage

from tests.clips import read_frames

ROOT = Path(__file__).parents[3]


@contextmanager
def live(screen: str, *arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `pleinair live`; whatever happens in the test, the process ends with it."""
    command = [
        sys.executable, "-m", "realtime", "live", "--source", "synthetic", "--size", "320x240",
        *arguments,
    ]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(ROOT), "DISPLAY": screen, "XDG_DATA_HOME": str(cwd)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=cwd
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def xdotool(screen: str, *arguments: str) -> str:
    env = {**os.environ, "DISPLAY": screen}
    finished = subprocess.run(
        ["xdotool", *arguments], capture_output=True, text=True, timeout=30, check=False, env=env
    )
    return finished.stdout.strip()


def press_close_button(screen: str, window: int) -> None:
    """Send what a window manager sends when its close button is pressed."""
    display = Display(screen)
    deleting = display.intern_atom("WM_DELETE_WINDOW")
    event = ClientMessage(
        window=window,
        client_type=display.intern_atom("WM_PROTOCOLS"),
        data=(32, [deleting, X.CurrentTime, 0, 0, 0]),
    )
    display.create_resource_object("window", window).send_event(event)
    display.sync()  # else what the server has not read yet can be lost with the connection
    display.close()


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
    with live(driven, cwd=tmp_path) as process:
        window = wait_for_window(driven, process)
        for key in ("h", "Right", "Down", "m", "b", "s"):
            xdotool(driven, "key", "--window", window, key)
            time.sleep(0.4)
        xdotool(driven, "key", "--window", window, "q")
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "fps end to end" in out
    assert len(list(tmp_path.glob("pleinair-*.png"))) == 1


def test_every_control_is_used_and_what_was_turned_is_remembered(
    driven: str, tmp_path: Path
) -> None:
    with live(driven, "--engine", "torch", cwd=tmp_path) as process:
        window = wait_for_window(driven, process)
        keys = (
            "h", "h", "Right", "3", "Tab", "bracketright", "bracketleft", "period", "comma",
            "period", "Down", "c", "m", "b", "d", "r", "o", "o", "f", "f", "space", "space",
            "s", "r", "q",
        )  # fmt: skip
        for key in keys:
            xdotool(driven, "key", "--window", window, key)
            time.sleep(0.25)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert len(list(tmp_path.glob("pleinair-*.png"))) == 1
    (recording,) = tmp_path.glob("pleinair-*.mp4")
    assert len(read_frames(recording)) > 3
    left = json.loads((tmp_path / "pleinair" / "live.json").read_text())
    assert left["base"] == {"mosaic": 1.0}
    assert (left["partner"], left["view"]) == ("starry-night", "beside")
    assert (left["keep_colours"], left["mirror"], left["strength"]) == (True, True, 0.9)
    assert left["stroke"] == pytest.approx(1.189)


def test_closing_the_window_ends_the_run(driven: str, tmp_path: Path) -> None:
    with live(driven, "--seconds", "60", cwd=tmp_path) as process:
        window = wait_for_window(driven, process)
        press_close_button(driven, int(window))
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "fps end to end" in out


def test_it_ends_when_the_time_is_up(screen: str, tmp_path: Path) -> None:
    with live(screen, "--seconds", "2", "--no-overlay", cwd=tmp_path) as process:
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "p99" in out
