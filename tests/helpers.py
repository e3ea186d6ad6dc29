"""What many tests need: cards, frames, sources and engines that misbehave on purpose."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import cv2
import numpy as np
import pytest

from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.library import SHIPPED
from realtime.ports import Closing, EngineInfo, Event, PlainSink, Style
from realtime.sources.landscape import Landscape

ONE_STYLE = Look((1.0,))
FAST = SHIPPED / "fast.safetensors"
PATIENCE_SECONDS = 600.0
"""What learns gives way to all else on this machine."""
Found = TypeVar("Found")


def quadrant_card(width: int = 64, height: int = 48) -> Pixels:
    """Red, green, blue and yellow quarters: shows swapped channels, flips and transposes."""
    card = np.zeros((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    card[:top, :left] = (220, 30, 30)
    card[:top, left:] = (30, 200, 40)
    card[top:, :left] = (40, 50, 210)
    card[top:, left:] = (230, 220, 30)
    return card


def write_picture(path: Path, pixels: np.ndarray | None = None) -> Path:
    """Write a picture with OpenCV alone, grey, RGB or RGBA, of 8 or 16 bits; or else the card."""
    picture = quadrant_card() if pixels is None else pixels
    if picture.ndim == 3:
        picture = picture[:, :, [2, 1, 0, 3][: picture.shape[2]]]
    encoded, data = cv2.imencode(path.suffix, picture)
    assert encoded
    path.write_bytes(data.tobytes())
    return path


def read_back(path: Path) -> Pixels:
    """Read a picture with OpenCV alone, as RGB."""
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.ascontiguousarray(picture[:, :, ::-1], np.uint8)


def landscape(width: int, height: int, seconds: float = 0.0) -> Pixels:
    """A picture as natural as can be had without one: edges, skies, textures, all colours."""
    return Landscape(width, height).at(seconds)


def noisy(pixels: Pixels, deviation: float, rng: np.random.Generator) -> Pixels:
    """Add the noise of a camera."""
    noise = rng.normal(0, deviation, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def not_here(message: str) -> NoReturn:
    """Skip for want of something on this machine; with CI=true nothing may be wanting."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def until(
    ask: Callable[[], Found], is_so: Callable[[Found], bool] = bool,
    process: subprocess.Popen[Any] | None = None,
) -> Found:  # fmt: skip
    """Ask again and again until the answer is as it should be, or a process has ended too soon."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not is_so(answer := ask()):
        assert process is None or process.poll() is None, (answer, process.communicate())
        assert time.monotonic() < ends, answer
        time.sleep(0.02)
    return answer


def make_frames(count: int, width: int = 32, height: int = 24) -> list[Frame]:
    rng = np.random.default_rng(5)
    shape = (height, width, 3)
    return [Frame(rng.integers(0, 256, shape, np.uint8), i, i / 30) for i in range(count)]


class FakeClock:
    """A clock that only moves when it is told to: seconds since it was made; for any thread."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Return the time."""
        with self._lock:
            return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._seconds += seconds


class ListSource(Closing):
    """Yields given frames, and raises `error` afterwards if there is one."""

    rate_fps = 30.0
    size = None

    def __init__(
        self, frames: Sequence[Frame], *, live: bool = False, error: Exception | None = None
    ) -> None:
        self.frames, self.live, self.error = frames, live, error
        self.frame_count: int | None = len(frames)
        self.given = 0

    def __iter__(self) -> Iterator[Frame]:
        for frame in self.frames:
            self.given += 1
            yield frame
        if self.error is not None:
            raise self.error


class InvertingEngine(Closing):
    """Paints the negative, once `gate` is open; fails at a given frame, or when it is closed."""

    info = EngineInfo("identity", "cpu", "fp32")
    description = "inverting"
    styles = (Style("one"),)

    def __init__(
        self, *, gate: threading.Event | None = None, fails_at: int | None = None,
        error: Exception | None = None, close_error: Exception | None = None,
    ) -> None:  # fmt: skip
        self.gate, self.fails_at, self.close_error = gate, fails_at, close_error
        self.error = error or RuntimeError(f"engine broke at {fails_at}")
        self.looks: list[Look] = []
        self.closed = False

    def stylize(self, frame: Frame, look: Look) -> Frame:
        if self.gate is not None:
            self.gate.wait(10)
        if frame.index == self.fails_at:
            raise self.error
        self.looks.append(look)
        return frame.with_pixels(255 - frame.pixels)

    def close(self) -> None:
        self.closed = True
        if self.close_error is not None:
            raise self.close_error


class ListSink(PlainSink):
    """Keeps what it is shown; gives out events one poll at a time; raises on a given frame."""

    def __init__(self, events: Sequence[Event] = (), *, fails_at: int | None = None) -> None:
        self.frames: list[Frame] = []
        self.events, self.fails_at = list(events), fails_at
        self.finished = 0

    def show(self, frame: Frame) -> None:
        if frame.index == self.fails_at:
            raise RuntimeError(f"sink broke at {frame.index}")
        self.frames.append(frame)

    def poll(self) -> tuple[Event, ...]:
        return (self.events.pop(0),) if self.events and self.frames else ()

    def finish(self) -> None:
        self.finished += 1
