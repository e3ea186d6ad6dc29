"""The real window, on a virtual screen, with real key presses. Each test is its own process,
because OpenCV's Qt keeps the first screen it saw."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage

from realtime.network.card import DEFAULT_STYLE
from realtime.network.library import SHIPPED, find_bundles
from tests.clips import read_frames
from tests.commands import run_python, start_python
from tests.helpers import not_here, until


@contextmanager
def live(
    screen: str, *arguments: str, cwd: Path, size: str | None = "320x240"
) -> Iterator[subprocess.Popen[str]]:
    """Run `pleinair live`; whatever happens in the test, the process ends with it."""
    asked = ["--size", size] if size else []
    with start_python(
        "-m", "realtime", "live", "--source", "synthetic", *asked, *arguments,
        cwd=cwd, DISPLAY=screen, XDG_DATA_HOME=str(cwd),
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def xdotool(screen: str, *arguments: str) -> str:
    return subprocess.run(
        ["xdotool", *arguments], env={**os.environ, "DISPLAY": screen}, capture_output=True,
        text=True, timeout=30, check=False,
    ).stdout.strip()  # fmt: skip


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
    search = ("search", "--onlyvisible", "--name", "^pleinair$")
    window = until(lambda: xdotool(screen, *search), process=process)
    time.sleep(1.0)
    return window.splitlines()[0]


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for a good end; returns what was said."""
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return out


@pytest.fixture
def driven(screen: str) -> str:
    if shutil.which("xdotool") is None:
        not_here("needs xdotool")
    return screen


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
        ended(process)
    assert len(list(tmp_path.glob("pleinair-*.png"))) == 1
    (recording,) = tmp_path.glob("pleinair-*.mp4")
    assert read_frames(recording)
    left = json.loads((tmp_path / "pleinair" / "live.json").read_text())
    assert left["base"] == {"great-wave": 1.0}
    assert (left["partner"], left["view"]) == ("starry-night", "beside")
    assert (left["keep_colours"], left["mirror"], left["strength"]) == (True, True, 0.9)
    assert left["stroke"] == pytest.approx(1.189)


WHEEL = """
import subprocess, sys, time
from Xlib import X
from Xlib.display import Display
from realtime.frame import Frame
from realtime.sinks import SinkOptions, open_sink
from tests.helpers import quadrant_card

sink = open_sink("window", SinkOptions(size=(320, 240)))
card = Frame(quadrant_card(320, 240), 0, 0.0)
for _ in range(10):
    sink.show(card)
    sink.poll()
assert sink.canvas == sink.window_size == (320, 240), (sink.canvas, sink.window_size)
search = ["xdotool", "search", "--onlyvisible", "--name", "^pleinair$"]
window = subprocess.run(search, capture_output=True, text=True, check=True).stdout.split()[0]
turns = ["click", "4"] * 5 + ["click", "5"] * 2
subprocess.run(["xdotool", "mousemove", "--window", window, "80", "60", *turns], check=True)
turned, deadline = 0, time.monotonic() + 20
while turned != 3 and time.monotonic() < deadline:
    sink.show(card)
    turned += sum(getattr(event, "turned", 0) for event in sink.poll())
assert turned == 3, turned
drawable = Display().create_resource_object("window", int(window))
places = (5, 5), (5, 315), (235, 5), (235, 315), (115, 155), (125, 165)
seen, wanted = [], [tuple(card.pixels[y, x]) for y, x in places]
while seen != wanted and time.monotonic() < deadline:  # the server draws when it comes to it
    sink.show(card)
    sink.poll()
    shot = drawable.get_image(0, 0, 320, 240, X.ZPixmap, 0xFFFFFFFF).data
    assert len(shot) == 240 * 320 * 4
    starts = [4 * (320 * y + x) for y, x in places]
    seen = [(shot[at + 2], shot[at + 1], shot[at]) for at in starts]
assert seen == wanted, seen
sink.close()
print("as it was")
"""
"""Opens a window of its own, turns the wheel up five times and down twice, and looks at it."""


def test_the_wheel_is_told_and_magnifies_nothing(driven: str) -> None:
    finished = run_python("-c", WHEEL, DISPLAY=driven)
    assert finished.stdout == "as it was\n", finished.stderr


def test_fifty_keys_at_once_are_all_taken(driven: str, tmp_path: Path) -> None:
    with live(driven, cwd=tmp_path) as process:
        window = wait_for_window(driven, process)
        presses = ("Right", "m") * 25
        xdotool(driven, "key", "--delay", "0", "--window", window, *presses, "q")
        ended(process)
    left = json.loads((tmp_path / "pleinair" / "live.json").read_text())
    names = find_bundles([SHIPPED])[0].card.names
    assert left["base"] == {names[(names.index(DEFAULT_STYLE) + 25) % len(names)]: 1.0}
    assert left["mirror"] is True


def test_the_window_opens_as_it_was_left(driven: str, tmp_path: Path) -> None:
    kept = tmp_path / "pleinair" / "live.json"
    kept.parent.mkdir()
    kept.write_text('{"window": [500, 300], "view": "beside"}')
    with live(driven, cwd=tmp_path, size=None) as process:
        window = wait_for_window(driven, process)
        assert "Geometry: 500x300" in xdotool(driven, "getwindowgeometry", window)
        xdotool(driven, "windowsize", window, "700", "400")
        time.sleep(1.0)
        xdotool(driven, "key", "--window", window, "Escape")
        ended(process)
    left = json.loads(kept.read_text())
    assert (left["window"], left["view"], left["fullscreen"]) == ([700, 400], "beside", False)


def test_closing_the_window_ends_the_run(driven: str, tmp_path: Path) -> None:
    with live(driven, "--seconds", "60", cwd=tmp_path) as process:
        window = wait_for_window(driven, process)
        press_close_button(driven, int(window))
        assert "fps end to end" in ended(process)


def test_it_ends_when_the_time_is_up(screen: str, tmp_path: Path) -> None:
    with live(screen, "--seconds", "2", "--no-overlay", cwd=tmp_path) as process:
        assert "p99" in ended(process)
