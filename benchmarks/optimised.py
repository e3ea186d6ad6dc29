"""What the slow method costs: Neural Style by optimisation, for the article's picture.

A few steps of Adam are measured, at the picture's one size as the method was published, and the
time of all steps is their number times the median step: steps of Adam all do the same work. What
the pictures show does not matter to the clock, so no painting is needed.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import torch

from benchmarks.measure import percentiles
from benchmarks.scene import ARTICLE_PX, label, landscape
from benchmarks.schema import Row, missing
from realtime.clockwork import Clock, monotonic
from realtime.errors import PleinairError
from realtime.network.pixels import to_tensor
from train.gatys import Turn, paint
from train.gatys_loss import GatysSettings, find_taps
from train.load_loss import load_loss_networks

MEASURED_STEPS = 6
WHAT = {
    "network": "none: Neural Style",
    "size": label(ARTICLE_PX),
    "engine": "paint",
    "precision": "fp32",
}


def measure_optimisation(
    vgg: Path | None, *, steps: int, device: str = "auto", clock: Clock = monotonic
) -> Row:
    """Return the row of `pleinair paint`, or why there is none.

    Args:
        vgg: Loss-network weights, a file or a folder; None: not measured, nothing is downloaded.
        steps: The number to extrapolate to.
        device: `auto`, `cpu` or `cuda`.
        clock: In seconds.
    """
    if vgg is None:
        return missing("article", "needs loss-network weights: give --vgg FILE", **WHAT)
    cuda = torch.cuda.is_available() and device.startswith(("auto", "cuda"))
    target = torch.device("cuda" if cuda else "cpu")
    try:
        networks = [network.to(target) for network in load_loss_networks(vgg)]
    except PleinairError as exc:
        return missing("article", str(exc), **WHAT)
    (_, content), style = find_taps(networks)
    picture = to_tensor(landscape(ARTICLE_PX).pixels, target, torch.float32).contiguous()
    settings = GatysSettings(steps=MEASURED_STEPS + 1, optimiser="adam", levels=1)
    moments: list[float] = []

    def listen(turn: Turn) -> None:
        del turn
        moments.append(clock())

    paint(networks, picture, picture.flip(3), settings, listen=listen)
    durations = [after - before for before, after in pairwise(moments)]
    step = percentiles(durations)
    return {
        "bench": "article",
        **WHAT,
        "runs_on": f"PyTorch {torch.__version__} on {target.type}; content from {content}, "
        f"style from {', '.join(layer for _, layer in style)}",
        "step_p50_ms": step["p50_ms"],
        "runs": len(durations),
        "steps": steps,
        "extrapolated_s": round(steps * step["p50_ms"] / 1000, 1),
    }
