"""`pleinair bench scaling`: how cost grows with pixels, with styles and with threads.

Pixels and styles are measured in turns in this process, threads in processes of their own that may
use only so many CPUs. Straight lines `base + slope x` go through the medians; each point counts by
its relative error, or the largest picture alone would decide. Networks of other numbers of styles
are built for the measurement, untrained: what they paint does not change what it costs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from benchmarks.candidates import Candidate, Measured, open_candidate, run_isolated
from benchmarks.harness import (
    HD_PX,
    LIVE_PX,
    Tell,
    interleaved,
    label,
    landscape,
    pixels_of,
    silent,
    summary,
)
from benchmarks.result import Row, missing
from realtime.errors import PleinairError
from realtime.network.bundle import save_bundle
from realtime.network.card import Card, StyleCredit
from realtime.network.library import choose
from realtime.network.registry import build_network, default_config
from realtime.ports import Size

SIZES: tuple[Size, ...] = ((160, 120), (320, 240), LIVE_PX, (960, 540), HD_PX, (1920, 1080))
STYLES = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class ScalingCase:
    """What to measure."""

    seconds: float
    """For each point."""
    engine: str = "auto"
    device: str = "auto"
    precision: str = "auto"
    sizes: tuple[Size, ...] = SIZES
    styles: tuple[int, ...] = STYLES
    threads: tuple[int, ...] = ()
    """Empty: 1, 2, 4 and so on, up to what this machine has."""


class Line(NamedTuple):
    """`base + slope * x`; `r_squared` is 1 where all points lie on it."""

    base: float
    slope: float
    r_squared: float


def measure_scaling(case: ScalingCase, tell: Tell = silent) -> list[Row]:
    """Return a row per point and one per line.

    Raises:
        PleinairError: the engine is not available here.
    """
    entry, _ = choose(None)
    with open_candidate(case.engine, entry.path, case.device, case.precision) as one:
        case = replace(case, engine=one.name)  # `auto` is decided once, for all points
    tell(f"{entry.name}: pixels, {', '.join(map(label, case.sizes))}")
    pixels = _over_pixels(case, entry.path)
    tell(f"styles: {', '.join(map(str, case.styles))}")
    styles = _over_styles(case)
    tell("threads")
    threads = list(_over_threads(case, entry.path))
    return [
        *pixels, *styles, *threads,
        _line_row("pixels", [(pixels_of(row["size"]) / 1e6, row["p50_ms"]) for row in pixels],
                  "megapixel"),
        _line_row("styles", [(row["styles"], row["p50_ms"]) for row in styles], "style"),
    ]  # fmt: skip


def fit_line(points: Sequence[tuple[float, float]]) -> Line:
    """Fit a straight line to (x, y) by least squares of the relative errors; needs two x."""
    x, y = (np.array(values, dtype=float) for values in zip(*points, strict=True))
    slope, base = np.polyfit(x, y, 1, w=1 / y)
    left, total = y - base - slope * x, np.square(y - y.mean()).sum()
    r_squared = 1 - np.square(left).sum() / total if total else 1.0
    return Line(float(base), float(slope), float(r_squared))


def _line_row(over: str, points: Sequence[tuple[float, float]], unit: str) -> Row:
    facts = {"over": over, "network": "fast"}
    if len({x for x, _ in points}) < 2:
        return missing("fit", "a line needs two points", **facts)
    line = fit_line(points)
    return {"bench": "fit", **facts, "base_ms": round(line.base, 3), "slope": round(line.slope, 4),
            "unit": f"ms per {unit}", "r_squared": round(line.r_squared, 4)}  # fmt: skip


def _row(over: str, one: Candidate | Measured, size: Size, **facts: int) -> Row:
    row: Row = {"bench": "scaling", "over": over, "network": "fast", "size": label(size), **facts}
    return row | {"engine": one.name, "precision": one.precision, "runs_on": one.runs_on}


def _over_pixels(case: ScalingCase, bundle: Path) -> list[Row]:
    with open_candidate(case.engine, bundle, case.device, case.precision) as one:
        works = {label(size): partial(one.stylize, landscape(size)) for size in case.sizes}
        timings = interleaved(works, seconds=case.seconds)
    rows = [_row("pixels", one, size) | timings[label(size)].summary() for size in case.sizes]
    for row in rows:
        row["mega_pixels_s"] = round(pixels_of(row["size"]) / row["p50_ms"] / 1000, 2)
    return rows


def _over_styles(case: ScalingCase) -> list[Row]:
    frame = landscape(LIVE_PX)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pleinair-bench-")))
        opened: dict[str, Candidate] = {}
        for count in case.styles:
            bundle = _write_untrained(folder, count)
            opened[str(count)] = stack.enter_context(
                open_candidate(case.engine, bundle, case.device, case.precision)
            )
        works = {key: partial(one.stylize, frame) for key, one in opened.items()}
        timings = interleaved(works, seconds=case.seconds)
    return [
        _row("styles", one, LIVE_PX, styles=int(key)) | timings[key].summary()
        for key, one in opened.items()
    ]


def _over_threads(case: ScalingCase, bundle: Path) -> Iterator[Row]:
    for count in case.threads or _thread_counts(os.cpu_count() or 1):
        try:
            found = run_isolated(case.engine, bundle, LIVE_PX, device=case.device,
                precision=case.precision, seconds=case.seconds, threads=count)  # fmt: skip
            yield _row("threads", found, LIVE_PX, threads=count) | summary(found.durations)
        except PleinairError as exc:
            facts = {"over": "threads", "network": "fast", "size": label(LIVE_PX)}
            yield missing("scaling", str(exc), **facts, threads=count)


def _thread_counts(cores: int) -> tuple[int, ...]:
    """Return 1, 2, 4 and so on, and the number of cores itself."""
    powers = {2**i for i in range(cores.bit_length()) if 2**i < cores}
    return tuple(sorted({*powers, cores}))


def _write_untrained(folder: Path, styles: int) -> Path:
    """Write a `fast` bundle with that many styles."""
    torch.manual_seed(styles)
    path, config = folder / f"fast-{styles}.safetensors", default_config("fast", styles)
    credits = tuple(StyleCredit(name=f"style-{i}") for i in range(styles))
    save_bundle(path, build_network(config), Card(config=config, styles=credits))
    return path
