"""The doctor's measurements: the speed of each engine, and the real rate of a camera."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from realtime import engines, sources
from realtime.clockwork import Latency, monotonic, timed
from realtime.engines.choice import NOT_TRIED
from realtime.errors import MissingExtraError, PleinairError
from realtime.frame import Frame
from realtime.look import Look
from realtime.network.library import choose
from realtime.ports import Engine

SECONDS = 2.0
SIZE = (640, 480)
CAMERA_FRAMES = 30


def engine_speeds(seconds: float = SECONDS) -> Iterator[tuple[str, bool, str]]:
    """Yield (engine, whether it works, its speed or error) for every installed engine."""
    entry, look = choose(None)
    for name in engines.names():
        if name in NOT_TRIED:
            continue
        try:
            with engines.open_engine(name, entry.path) as engine:
                yield name, True, _speed(engine, look, seconds)
        except MissingExtraError:
            continue  # the list of engines says so
        except PleinairError as exc:
            yield name, False, f"does not work here: {exc}"


def _speed(engine: Engine, look: Look, seconds: float) -> str:
    noise = np.random.default_rng(0).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    frame = Frame(noise, 0, 0.0)
    p50 = Latency.of(timed(lambda: engine.stylize(frame, look), seconds=seconds)).p50_ms
    return f"{engine.description}: {p50:.1f} ms, {1000 / p50:.0f} fps at {SIZE[0]}x{SIZE[1]}"


def camera_rate(address: str) -> str:
    """Return a camera's frame size and measured frame rate.

    Raises:
        PleinairError: it cannot be opened, or gives nothing.
    """
    with sources.open_source(address) as source:
        frames = iter(source)
        first = next(frames)
        started = monotonic()
        count = sum(1 for _ in islice(frames, CAMERA_FRAMES))
        rate = count / (monotonic() - started)
    return f"{first.width}x{first.height}, {rate:.0f} fps measured, {source.rate_fps:.0f} promised"


def virtual_camera() -> tuple[bool, str, str]:
    """Return whether there is a virtual camera, what was found, and advice."""
    try:
        module = importlib.import_module("realtime.sinks.virtual_camera_sink")
    except MissingExtraError as exc:
        return False, "none", str(exc)
    devices = Path("/sys/devices/virtual/video4linux")
    found = sorted(path.name for path in devices.glob("video*"))
    return bool(found), ", ".join(found) or "no device", "" if found else module.advice()
