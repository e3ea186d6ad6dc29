"""`--engine auto`: tries the engines on this machine, takes the fastest, and remembers it."""

from __future__ import annotations

import json
import logging
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from realtime.clockwork import monotonic
from realtime.errors import BadInputError, MissingExtraError, PleinairError
from realtime.folders import cache_folder, write_cache
from realtime.frame import Frame
from realtime.look import Look
from realtime.machine import versions
from realtime.network.card import read_card
from realtime.ports import Engine

TRIAL_FRAMES = 7
log = logging.getLogger(__name__)
PACKAGES = ("torch", "openvino", "onnxruntime", "onnxruntime-gpu", "tensorrt")
NOT_TRIED = {
    "identity": "paints nothing",
    "tensorrt": "builds for minutes; ask for it with --engine tensorrt",
}
"""Engines that `auto` leaves out, and why."""


class Opener(Protocol):
    """Protocol of `engines.open_engine`."""

    def __call__(self, name: str, bundle: Path, *, device: str, precision: str) -> Engine:
        """Open an engine."""


@dataclass(frozen=True)
class Choice:
    """Which engine, and why."""

    engine: str
    reason: str
    """For the user: `the fastest here of openvino, torch`. Without figures: other
    programs may have run meanwhile; `pleinair doctor` and `bench` give better ones."""


def choose_engine(
    candidates: Sequence[str], bundle: Path, *, device: str, precision: str, open_engine: Opener
) -> tuple[Engine, Choice]:
    """Return the fastest engine, open, for this bundle on this machine.

    The first choice of an engine on this machine is logged, the next ones are not. The choice is
    kept in the cache folder until the machine, a package's version, or the kind of
    network changes; delete `engine-choice.json` there to measure again.

    Raises:
        BadInputError: no engine can do what was asked; the message holds what each one said.
    """
    key = _key(bundle, device, precision)
    remembered = _read().get(key)
    if remembered is not None and remembered.engine in candidates:
        try:
            found = open_engine(remembered.engine, bundle, device=device, precision=precision)
        except PleinairError:
            pass  # something changed that is not in the key: measure again
        else:
            return found, remembered
    choice = _measure(candidates, bundle, device, precision, open_engine)
    if choice.engine not in {known.engine for known in _read().values()}:
        log.info("painting with %s: %s", choice.engine, choice.reason)
    _remember(key, choice)
    return open_engine(choice.engine, bundle, device=device, precision=precision), choice


def _measure(
    candidates: Sequence[str], bundle: Path, device: str, precision: str, open_engine: Opener
) -> Choice:
    times: dict[str, float] = {}
    absent: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name in candidates:
        if name in NOT_TRIED:
            continue
        try:
            with open_engine(name, bundle, device=device, precision=precision) as engine:
                (times[name],) = trial(engine, rounds=TRIAL_FRAMES)
        except (MissingExtraError, BadInputError) as exc:  # not here, or not on this device
            absent[name] = str(exc)
        except PleinairError as exc:
            failed[name] = str(exc)
    if not times:
        said = "; ".join(f"{name}: {why}" for name, why in {**absent, **failed}.items())
        raise BadInputError(
            f"no engine works here with device {device!r} and precision {precision!r}: {said}"
        )
    ranked = sorted(times, key=times.__getitem__)
    # An engine that should work but fails costs speed: the user is told.
    lost = "".join(f"; {name} does not work here: {why}" for name, why in failed.items())
    return Choice(ranked[0], f"the fastest on this machine of {', '.join(ranked)}{lost}")


def _key(bundle: Path, device: str, precision: str) -> str:
    """Cache key: all that may change which engine is the fastest."""
    config = read_card(bundle).config.to_dict()
    driver = Path("/proc/driver/nvidia/version")
    facts = {
        "network": {name: value for name, value in config.items() if name != "styles"},
        "asked": [device, precision],
        "machine": [platform.machine(), platform.processor(), platform.node(), os.cpu_count()],
        "driver": driver.read_text() if driver.exists() else "",
        "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "packages": versions(PACKAGES),
    }
    return json.dumps(facts, sort_keys=True)


def _file() -> Path:
    return cache_folder() / "engine-choice.json"


def _read() -> dict[str, Choice]:
    try:
        stored = json.loads(_file().read_text())
        return {key: Choice(**value) for key, value in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # missing or damaged: it is only a cache


def _remember(key: str, choice: Choice) -> None:
    known = {name: asdict(value) for name, value in _read().items()} | {key: asdict(choice)}
    write_cache(_file(), json.dumps(known, indent=2).encode())


TRIAL_PX = (640, 480)


def trial(*engines: Engine, rounds: int) -> list[float]:
    """Return the shortest time of each in ms; the engines run alternately.

    The quickest, not the median: what else the machine does at the moment must not decide.
    """
    noise = np.random.default_rng(0).integers(0, 256, (*TRIAL_PX[::-1], 3), np.uint8)
    frame = Frame(noise, 0, 0.0)
    best = [float("inf")] * len(engines)
    for _ in range(rounds):
        for number, engine in enumerate(engines):
            started = monotonic()
            engine.stylize(frame, Look.of_style(0, len(engine.styles)))
            best[number] = min(best[number], 1000 * (monotonic() - started))
    return best
