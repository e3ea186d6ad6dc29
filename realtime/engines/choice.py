"""`--engine auto`: tries the engines on this machine, takes the fastest, and remembers it.

So does `--precision fastest`, which tries int8 too, and takes it where it is worth it.
"""

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
from realtime.settings import FASTEST

TRIAL_FRAMES = 7
log = logging.getLogger(__name__)
PACKAGES = ("torch", "openvino", "onnxruntime", "onnxruntime-gpu", "tensorrt")
NOT_TRIED = {
    "identity": "paints nothing",
    "tensorrt": "builds for minutes; ask for it with --engine tensorrt",
}
"""Engines that `auto` leaves out, and why."""
IN_INT8 = ("openvino",)
"""Engines that are tried in int8."""
WORTH_INT8 = 1.5
"""How many times as fast int8 has to be: before a still camera it trembles up to 15 % more
(docs/benchmarks.md), so where bf16 is about as fast it is not worth that."""


class Opener(Protocol):
    """Protocol of `engines.open_engine`."""

    def __call__(self, name: str, bundle: Path, *, device: str, precision: str) -> Engine:
        """Open an engine."""


@dataclass(frozen=True)
class Choice:
    """Which engine, and why."""

    engine: str
    precision: str
    """`auto`, what was asked for, or int8."""
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
    key = _key(candidates, bundle, device, precision)
    remembered = _read().get(key)

    def opened(choice: Choice) -> Engine:
        return open_engine(choice.engine, bundle, device=device, precision=choice.precision)

    if remembered is not None and remembered.engine in candidates:
        try:
            return opened(remembered), remembered
        except PleinairError:
            pass  # something changed that is not in the key: measure again
    choice = _measure(candidates, bundle, device, precision, open_engine)
    if choice.engine not in {known.engine for known in _read().values()}:
        log.info("painting with %s: %s", choice.engine, choice.reason)
    _remember(key, choice)
    return opened(choice), choice


def _measure(
    candidates: Sequence[str], bundle: Path, device: str, precision: str, open_engine: Opener
) -> Choice:
    times: dict[str, float] = {}
    ways: dict[str, tuple[str, str]] = {}
    absent: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name, way in ways_to_try(candidates, precision):
        label = f"{name} in int8" if way != precision and way == "int8" else name
        ways[label] = name, way
        try:
            with open_engine(name, bundle, device=device, precision=way) as engine:
                (milliseconds,) = trial(engine, rounds=TRIAL_FRAMES)
        except (MissingExtraError, BadInputError) as exc:  # not here, or not on this device
            absent[label] = str(exc)
        except PleinairError as exc:
            failed[label] = str(exc)
        else:
            times[label] = milliseconds * (1.0 if label == name else WORTH_INT8)
    if not times:
        said = "; ".join(f"{name}: {why}" for name, why in {**absent, **failed}.items())
        raise BadInputError(
            f"no engine works here with device {device!r} and precision {precision!r}: {said}"
        )
    ranked = sorted(times, key=times.__getitem__)
    # An engine that should work but fails costs speed: the user is told.
    lost = "".join(f"; {name} does not work here: {why}" for name, why in failed.items())
    first, *others = ranked
    # int8 that was not taken may have been faster, only not by enough: nothing is said of it.
    named = [first, *(label for label in others if label in candidates)]
    return Choice(*ways[first], f"the fastest on this machine of {', '.join(named)}{lost}")


def ways_to_try(candidates: Sequence[str], precision: str) -> list[tuple[str, str]]:
    """Return the engines to try, and in which precision each."""
    asked = "auto" if precision == FASTEST else precision
    usual = [(name, asked) for name in candidates if name not in NOT_TRIED]
    if precision != FASTEST:
        return usual
    return usual + [(name, "int8") for name in candidates if name in IN_INT8]


def _key(candidates: Sequence[str], bundle: Path, device: str, precision: str) -> str:
    """Cache key: all that may change which engine is the fastest."""
    config = read_card(bundle).config.to_dict()
    driver = Path("/proc/driver/nvidia/version")
    facts = {
        "network": {name: value for name, value in config.items() if name != "styles"},
        "asked": [list(candidates), device, precision],
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
