"""The article's figure, and ours, for the same job: one 252x252 picture, frame in, frame out.

The article's 1.455744 s is a single cold run on the CPU of a 2015 laptop. To be fair, our cold
run (opening the engine and painting the first picture) is reported beside the warm ones.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.measure import interleaved, summary
from realtime.clockwork import monotonic
from realtime.engines import open_engine
from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.look import Look
from realtime.network.bundle import load_bundle
from realtime.network.library import find_bundles
from realtime.network.pixels import to_pixels, to_tensor
from realtime.sources import open_source

ARTICLE_SECONDS = 1.455744
ARTICLE_PX = (252, 252)
LIVE_PX = (640, 480)
YARDSTICK = "as specified, eager PyTorch on the CPU, fp32"


def measure_all(*, seconds: float, device: str, precision: str) -> list[dict[str, Any]]:
    """Measure the article's picture and a webcam's, each in our engine and as the seed ran it."""
    rows = []
    for entry in sorted(find_bundles(), key=lambda entry: entry.card.config.architecture):
        architecture = entry.card.config.architecture
        size = ARTICLE_PX if architecture == "article" else LIVE_PX
        rows += _measure(entry.path, architecture, size, seconds, device, precision)
    if not any(row["network"] == "article" for row in rows):
        raise BadInputError("no bundle with the article network is installed")
    return rows


def _measure(
    path: Path,
    architecture: str,
    size: tuple[int, int],
    seconds: float,
    device: str,
    precision: str,
) -> list[dict[str, Any]]:
    frame = landscape(size)
    started = monotonic()
    engine = open_engine("torch", path, device=device, precision=precision)
    look = Look.of_style(0, len(engine.styles))
    engine.stylize(frame, look)
    cold_seconds = monotonic() - started
    with closing(engine):
        contenders: dict[str, Callable[[], object]] = {
            engine.description: lambda: engine.stylize(frame, look)
        }
        if engine.description.endswith("fp32") and "cpu" in engine.description:
            contenders[YARDSTICK] = as_specified(path, frame, look)
        durations = interleaved(contenders, seconds=seconds)
    rows = []
    for name, measured in durations.items():
        row: dict[str, Any] = {
            "network": architecture,
            "size": f"{size[0]}x{size[1]}",
            "runs_on": name,
            "engine": "torch" if name == engine.description else "eager",
            "precision": name.rpartition(", ")[2] if name == engine.description else "fp32",
        }
        row |= summary(measured)
        if size == ARTICLE_PX:
            row["times_faster_than_article"] = round(1000 * ARTICLE_SECONDS / row["p50_ms"], 1)
        if name == engine.description:
            row["cold_start_s"] = round(cold_seconds, 2)
        rows.append(row)
    return rows


def as_specified(path: Path, frame: Frame, look: Look) -> Callable[[], object]:
    """Return what paints a frame as the specification reads: unfolded, eager, fp32, on the CPU."""
    network: nn.Module = load_bundle(path).network
    weights = torch.tensor([look.style_weights])

    def paint() -> object:
        with torch.inference_mode():
            picture = to_tensor(frame.pixels, torch.device("cpu"), torch.float32).contiguous()
            return to_pixels(network(picture, weights))

    return paint


def landscape(size: tuple[int, int]) -> Frame:
    """Return the first moment of the synthetic landscape."""
    with closing(open_source("synthetic:seconds=1", size=size)) as source:
        return next(iter(source))
