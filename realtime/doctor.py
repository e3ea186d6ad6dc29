"""Diagnoses this machine: what works, what is missing, what to do about it.

Each check imports what it needs: the first line is printed at once.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from realtime.errors import MissingExtraError, PleinairError

ENGINE_SECONDS = 2.0
SIZE = (640, 480)
CAMERA_FRAMES = 30


@dataclass(frozen=True)
class Check:
    """One finding. `ok` False comes with advice."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(*, measure: bool = True) -> Iterator[Check]:
    """Run all checks; one that fails unexpectedly becomes a finding of its own.

    Args:
        measure: Run every engine for two seconds and ask every camera for a second of frames.
    """
    for check in CHECKS:
        yield _guarded(check, check.__name__.strip("_").replace("_", " "))
    if measure:
        yield from engine_speeds()
        for camera in _list_cameras():
            address = camera.partition(" ")[0]
            yield _guarded(partial(_camera, address), address)


def _guarded(check: Callable[[], Check], name: str) -> Check:
    try:
        return check()
    except (PleinairError, ImportError, OSError, RuntimeError) as exc:
        return Check(name, False, f"{type(exc).__name__}: {exc}", "see the message")


def _system() -> Check:
    supported = sys.version_info[:2] >= (3, 11)
    found = f"Python {platform.python_version()} on {platform.platform()}, {os.cpu_count()} CPUs"
    return Check("system", supported, found, "" if supported else "use Python 3.11 or newer")


def _torch() -> Check:
    import torch

    devices = [f"cpu ({torch.get_num_threads()} threads)"]
    devices += [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    devices += ["mps"] if torch.backends.mps.is_available() else []
    return Check("torch", True, f"{torch.__version__}: {', '.join(devices)}")


def _opencv() -> Check:
    import cv2

    gui = next((line for line in cv2.getBuildInformation().splitlines() if "GUI:" in line), "")
    toolkit = gui.partition(":")[2].strip() or "none"
    ok = toolkit != "NONE"
    return Check(
        "opencv", ok, f"{cv2.__version__}, windows by {toolkit}",
        "" if ok else "install opencv-python instead of opencv-python-headless for windows",
    )  # fmt: skip


def _video_files() -> Check:
    import av

    wanted = {"libx264": "mp4, mkv, mov", "libvpx-vp9": "webm"}
    missing = [
        f"{codec} ({use})" for codec, use in wanted.items() if codec not in av.codecs_available
    ]
    found = f"PyAV {av.__version__}" + (f", without {', '.join(missing)}" if missing else "")
    return Check("video files", not missing, found, "reinstall av from PyPI" if missing else "")


def _display() -> Check:
    if not sys.platform.startswith("linux"):
        return Check("display", True, platform.system())
    name = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")
    advice = "" if name else "windows cannot open here; --sink null and files work"
    return Check("display", bool(name), name or "none", advice)


def _virtual_camera() -> Check:
    try:
        module = importlib.import_module("realtime.sinks.virtual_camera_sink")
    except MissingExtraError as exc:
        return Check("virtual camera", False, "none", str(exc))
    devices = Path("/sys/devices/virtual/video4linux")
    found = sorted(path.name for path in devices.glob("video*"))
    advice = "" if found else module.advice()
    return Check("virtual camera", bool(found), ", ".join(found) or "no device", advice)


def _list_cameras() -> tuple[str, ...]:
    from realtime.sources.camera_source import list_cameras

    return list_cameras()


def _cameras() -> Check:
    cameras = _list_cameras()
    advice = "" if cameras else "plug one in, or use --source synthetic"
    return Check("cameras", bool(cameras), ", ".join(cameras) or "none", advice)


def _microphones() -> Check:
    from realtime import microphones, plugins

    try:
        module = plugins.load(microphones, "microphone", microphones.DEVICE)
    except MissingExtraError as exc:  # recordings need no sound: a choice, not a fault
        return Check("microphones", True, f"not looked for; {exc}")
    names = [f"{one['index']} ({one['name']})" for one in module.find_microphones()]
    return Check("microphones", True, ", ".join(names) or "none; recordings have no sound")


def _styles() -> Check:
    from realtime.network.library import style_names

    count = len(style_names())
    return Check("styles", count > 0, f"{count} styles", "" if count else "reinstall pleinair")


def _engines() -> Check:
    from realtime import engines, plugins

    # Not all are needed: what is not installed is a choice, not a fault.
    here, absent = [], []
    for name in engines.names():
        try:
            plugins.load(engines, "engine", name)
        except MissingExtraError:
            absent.append(name)
        except (ImportError, OSError) as exc:  # installed, and one of its libraries is not
            absent.append(f"{name} ({str(exc).strip().partition(chr(10))[0]})")
        else:
            here.append(name)
    without = f"; not installed: {', '.join(absent)}" if absent else ""
    return Check("engines", True, ", ".join(here) + without)


def _packages() -> Check:
    owners = set(importlib.metadata.packages_distributions().get("realtime", []))
    strangers = sorted(owners - {"pleinair"})
    advice = "install pleinair in an environment of its own" if strangers else ""
    found = f"also installed by {', '.join(strangers)}" if strangers else "no collisions"
    return Check("package names", not strangers, found, advice)


def engine_speeds(seconds: float = ENGINE_SECONDS) -> Iterator[Check]:
    """Yield a finding with its speed, or its error, for every installed engine."""
    import numpy as np

    from realtime import engines
    from realtime.clockwork import Latency, timed
    from realtime.engines.choice import ways_to_try
    from realtime.frame import Frame
    from realtime.network.library import choose
    from realtime.settings import FASTEST

    entry, look = choose(None)
    noise = np.random.default_rng(0).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    frame = Frame(noise, 0, 0.0)
    for name, precision in ways_to_try(engines.names(), FASTEST):
        what = f"engine {name}" if precision == "auto" else f"engine {name} in {precision}"
        try:
            with engines.open_engine(name, entry.path, precision=precision) as engine:
                times = timed(partial(engine.stylize, frame, look), seconds=seconds)
                p50 = Latency.of(times).p50_ms
                speed = f"{p50:.1f} ms, {1000 / p50:.0f} fps at {SIZE[0]}x{SIZE[1]}"
                yield Check(what, True, f"{engine.description}: {speed}")
        except MissingExtraError:
            continue  # the list of engines reports it
        except PleinairError as exc:
            why = f"does not work here: {exc}"
            yield Check(what, False, why, "only if you want this engine")


def _camera(address: str) -> Check:
    """Measure a camera's frame size and rate."""
    from realtime import sources
    from realtime.clockwork import monotonic

    with sources.open_source(address) as source:
        frames = iter(source)
        first = next(frames)
        started = monotonic()
        count = sum(1 for _ in islice(frames, CAMERA_FRAMES))
        rate = count / (monotonic() - started)
        promised = f"{rate:.0f} fps measured, {source.rate_fps:.0f} promised"
    return Check(address, True, f"{first.width}x{first.height}, {promised}")


CHECKS = (
    _system, _torch, _opencv, _video_files, _engines, _styles, _display, _cameras, _microphones,
    _virtual_camera, _packages,
)  # fmt: skip
