"""The training loop: photographs in, a network that paints them out. Reads top to bottom."""

from __future__ import annotations

import copy
import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from realtime.errors import BadInputError
from realtime.network.article import ArticleNetwork
from realtime.network.bundle import load_bundle, save_bundle
from realtime.network.card import Card, StyleCredit
from realtime.network.config import TransformerConfig
from realtime.network.folding import fold_upsamplers
from realtime.network.transformer import build_network
from train.checkpoint import RunState
from train.data import Photographs, load_painting
from train.losses import Judge
from train.preview import save_preview
from train.settings import TrainSettings
from train.step import train_step

SAVE_EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class Progress:
    """What the loop tells its listener after every step."""

    step: int
    steps: int
    seconds_left: float
    terms: Mapping[str, float]


def train(
    settings: TrainSettings,
    judges: Sequence[Judge],
    credits: tuple[StyleCredit, ...],
    out: Path,
    *,
    previews: tuple[Path, ...] = (),
    start: Path | None = None,
    listen: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    max_steps: int | None = None,
) -> Card:
    """Train a network and write it to `out`.

    Beside `out` lie a checkpoint (`.checkpoint`), the losses (`.jsonl`) and a preview (`.png`);
    a run that finds its checkpoint goes on from there. The bundle is rewritten at every
    checkpoint, so a run stopped at any moment leaves a usable one.

    Args:
        settings: The run.
        judges: The loss networks; all of them judge every picture.
        credits: One per style.
        out: The bundle to write.
        previews: Photographs to paint for the preview.
        start: A bundle of the same architecture and styles to begin with, instead of fresh weights.
        listen: Called after every step.
        should_stop: Asked after every step; True saves and ends this call.
        max_steps: Stop after this many steps of this call (for tests and time-slicing).
    """
    torch.manual_seed(settings.seed)
    photographs = Photographs(
        settings.content, crop_px=settings.crop_px, batch=settings.batch, seed=settings.seed
    )
    paintings = [load_painting(path, settings.style_px) for path in settings.styles]
    targets = [judge.style_targets(paintings) for judge in judges]
    config = _config(settings)
    state, origin = _fresh_state(config, settings, start)
    checkpoint = out.with_suffix(".checkpoint")
    if checkpoint.exists():
        state.load(checkpoint, settings.to_dict())
    stop = settings.steps if max_steps is None else min(settings.steps, state.step + max_steps)
    started = saved = time.monotonic() - state.seconds
    recent: dict[str, float] = {}
    pace: deque[float] = deque(maxlen=50)
    out.parent.mkdir(parents=True, exist_ok=True)

    def save() -> Card:
        state.save(checkpoint, settings.to_dict())
        card = _card(config, credits, settings, state, recent, origin)
        save_preview(out.with_suffix(".png"), state.average, len(credits), previews)
        return save_bundle(out, state.average, card)

    for step, batch in photographs.batches(state.step, stop):
        terms = train_step(state, settings, judges, targets, batch)
        state.step, state.seconds = step + 1, time.monotonic() - started
        recent = _smooth(recent, terms)
        _log(out.with_suffix(".jsonl"), step, terms)
        pace.append(state.seconds)
        left = (pace[-1] - pace[0]) / max(1, len(pace) - 1) * (settings.steps - state.step)
        listen(Progress(state.step, settings.steps, left, recent))
        if should_stop():
            break
        if time.monotonic() - saved > SAVE_EVERY_SECONDS:
            save()
            saved = time.monotonic()
    return save()


def _config(settings: TrainSettings) -> TransformerConfig:
    if settings.architecture == "article":
        return TransformerConfig.article()
    return TransformerConfig.fast(len(settings.styles))


def _fresh_state(
    config: TransformerConfig, settings: TrainSettings, start: Path | None
) -> tuple[RunState, Card | None]:
    network, origin = fold_upsamplers(build_network(config)), None
    if start is not None:
        bundle = load_bundle(start)
        origin = bundle.card
        if origin.config != config:
            raise BadInputError(
                f"{start} holds another network or other styles: cannot start there"
            )
        network.load_state_dict(bundle.network.state_dict())
    elif isinstance(network, ArticleNetwork):
        for kernel in network.residual_kernels():
            kernel.data *= settings.residual_scale
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rows = [row for name, row in network.named_parameters() if "norm" in name]
    rest = [kernel for name, kernel in network.named_parameters() if "norm" not in name]
    groups = [{"params": rest, "factor": 1.0}, {"params": rows, "factor": settings.style_rate}]
    optimiser = torch.optim.Adam([group for group in groups if group["params"]])
    average = copy.deepcopy(network).requires_grad_(False)
    return RunState(network, average, optimiser), origin


def _smooth(old: dict[str, float], new: dict[str, float]) -> dict[str, float]:
    return old | {key: 0.95 * old.get(key, value) + 0.05 * value for key, value in new.items()}


def _log(path: Path, step: int, terms: Mapping[str, float]) -> None:
    with path.open("a") as file:
        rounded = {name: float(f"{value:.5g}") for name, value in terms.items()}
        file.write(json.dumps({"step": step, **rounded}) + "\n")


def _card(
    config: TransformerConfig,
    credits: tuple[StyleCredit, ...],
    settings: TrainSettings,
    state: RunState,
    recent: Mapping[str, float],
    origin: Card | None,
) -> Card:
    results: dict[str, Any] = {
        "steps": state.step,
        "seconds": round(state.seconds),
        "device": "cpu",
        "losses": {name: float(f"{value:.4g}") for name, value in recent.items()},
    }
    recipe = settings.to_dict()
    if origin is not None:
        recipe["started_from"] = {"recipe": origin.recipe, "results": origin.results}
    return Card(config=config, styles=credits, recipe=recipe, results=results)
