"""`pleinair bench article`: one 252x252 picture in the article's network, cold and warm.

The article cites 1.455744 s, a single cold run, load included, on the CPU of a 2015 laptop, and "a
dozen seconds on a laptop". So every engine is started in a fresh process as well, and then measured
warm, in turns. The slow method that the article replaces, Neural Style by optimisation, is measured
at the same size: a few steps of Adam, at the picture's one size as the method was published; the
time of all steps is their number times the median step, for steps of Adam all do the same work.
What the pictures show does not matter to the clock, so no painting is needed.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import torch

from benchmarks.engines import EnginesCase, measure_engines
from benchmarks.harness import (
    ARTICLE_PX,
    ARTICLE_SECONDS,
    Tell,
    label,
    landscape,
    percentiles,
    silent,
)
from benchmarks.result import Row, missing
from realtime.clockwork import monotonic
from realtime.errors import PleinairError
from realtime.network.device import choose_device
from realtime.network.pixels import to_tensor
from train.loss.load_loss import load_loss_networks
from train.neural_style.gatys import paint
from train.neural_style.gatys_loss import GatysSettings, find_taps

STEPS = 200
"""What `pleinair paint` does unless told otherwise."""
MEASURED_STEPS = 6
OPTIMISATION = {"network": "none: Neural Style", "size": label(ARTICLE_PX), "engine": "paint",
                "precision": "fp32"}  # fmt: skip
NOTES = (
    f"The article's {ARTICLE_SECONDS} s are one cold run, load included, on the CPU of a 2015 "
    "laptop: other hardware, so ratios to it tell how far things have come, not whose merit it is.",
    "first_picture_s: weights read, network built, first picture painted, in a fresh process; "
    "cold_s: that, and the start of Python and its libraries. Graphs that pleinair keeps between "
    "runs were there.",
    "The optimisation method is extrapolated from a few measured steps of Adam to the stated "
    "number.",
)
CITED: tuple[Row, ...] = (
    {"engine": "the article", "runs_on": "cited: CPU of a 2015 laptop, one cold run",
     "first_picture_s": ARTICLE_SECONDS},
    {"engine": "the article", "runs_on": 'cited: "a dozen seconds on a laptop"',
     "first_picture_s": 12.0},
)  # fmt: skip


def measure_article(
    case: EnginesCase, *, vgg: Path | None = None, steps: int = STEPS, tell: Tell = silent
) -> list[Row]:
    """Return the rows of the article's picture: what it cites, our engines, and the slow method.

    Args:
        case: Engines, precisions and seconds; network and size are the article's.
        vgg: Loss-network weights for the slow method.
        steps: Of the slow method.
        tell: Given sentences for the user.
    """
    wanted = replace(case, networks=("article",), sizes=(ARTICLE_PX,))
    rows = measure_engines(wanted, tell)
    for row in rows:
        row["bench"] = "article"
        if "first_picture_s" in row:
            times = ARTICLE_SECONDS / row["first_picture_s"]
            row["first_times_faster_than_article"] = round(times, 2)
    tell("the optimisation method")
    slow = measure_optimisation(vgg, steps=steps, device=case.device)
    facts = {"bench": "article", "network": "article", "size": label(ARTICLE_PX)}
    return [*({**facts, **cited} for cited in CITED), *rows, slow]


def measure_optimisation(vgg: Path | None, *, steps: int, device: str = "auto") -> Row:
    """Return the row of `pleinair paint`, or why there is none.

    Args:
        vgg: Loss-network weights, a file or a folder; None: not measured, nothing is downloaded.
        steps: The number to extrapolate to.
        device: `auto`, `cpu`, `cuda` or `mps`.
    """
    if vgg is None:
        return missing("article", "needs loss-network weights: give --vgg FILE", **OPTIMISATION)
    try:
        target = choose_device(device)
        networks = [network.to(target) for network in load_loss_networks(vgg)]
    except PleinairError as exc:
        return missing("article", str(exc), **OPTIMISATION)
    (_, content), style = find_taps(networks)
    picture = to_tensor(landscape(ARTICLE_PX).pixels, target, torch.float32).contiguous()
    settings = GatysSettings(steps=MEASURED_STEPS + 1, optimiser="adam", levels=1)
    moments: list[float] = []
    paint(networks, picture, picture.flip(3), settings,
          listen=lambda turn: moments.append(monotonic()))  # fmt: skip
    durations = [after - before for before, after in pairwise(moments)]
    step_ms = percentiles(durations)["p50_ms"]
    return {
        "bench": "article",
        **OPTIMISATION,
        "runs_on": f"PyTorch {torch.__version__} on {target.type}; content from {content}, "
        f"style from {', '.join(layer for _, layer in style)}",
        "step_p50_ms": step_ms,
        "runs": len(durations),
        "steps": steps,
        "extrapolated_s": round(steps * step_ms / 1000, 1),
    }
