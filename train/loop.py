"""The training loop: photographs in, a network that paints them out. Reads top to bottom."""

from __future__ import annotations

import copy
import json
import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from realtime.network.bundle import save_bundle
from realtime.network.card import Card, StyleCredit
from realtime.network.config import TransformerConfig
from realtime.network.folding import fold_upsamplers
from realtime.network.transformer import build_network
from train.checkpoint import RunState
from train.data import Photographs, load_painting
from train.losses import Judge, instability, out_of_range, total_variation
from train.preview import save_preview
from train.settings import TrainSettings

NOISE_LEVELS = (2.0, 8.0)
"""Camera noise for the stability term: standard deviation in levels of 255."""
EXPOSURE = 0.08
AVERAGE_DECAY = 0.99
RANGE_WEIGHT = 10.0
"""Keeps colours within [0, 255], where there is no tanh to do so."""
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
    listen: Callable[[Progress], None] = lambda progress: None,
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
        listen: Called after every step.
        max_steps: Stop after this many steps of this call (for tests and time-slicing).
    """
    torch.manual_seed(settings.seed)
    photographs = Photographs(
        settings.content, crop_px=settings.crop_px, batch=settings.batch, seed=settings.seed
    )
    paintings = [load_painting(path, settings.style_px) for path in settings.styles]
    targets = [judge.style_targets(paintings) for judge in judges]
    config = _config(settings)
    state = _fresh_state(config, settings)
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
        card = _card(config, credits, settings, state, recent)
        save_preview(out.with_suffix(".png"), state.average, len(credits), previews)
        return save_bundle(out, state.average, card)

    card = None
    for step, batch in photographs.batches(state.step, stop):
        terms = train_step(state, settings, judges, targets, batch)
        state.step, state.seconds = step + 1, time.monotonic() - started
        recent = _smooth(recent, terms)
        _log(out.with_suffix(".jsonl"), step, terms)
        pace.append(state.seconds)
        left = (pace[-1] - pace[0]) / max(1, len(pace) - 1) * (settings.steps - state.step)
        listen(Progress(state.step, settings.steps, left, recent))
        if time.monotonic() - saved > SAVE_EVERY_SECONDS or state.step == stop:
            card, saved = save(), time.monotonic()
    return card if card is not None else save()


def train_step(
    state: RunState,
    settings: TrainSettings,
    judges: Sequence[Judge],
    targets: Sequence[list[Tensor]],
    batch: Tensor,
) -> dict[str, float]:
    """Take one step of Adam and return the terms of the loss."""
    draw = torch.Generator().manual_seed(settings.seed * 1_000_003 + state.step)
    style = torch.randint(len(settings.styles), (len(batch),), generator=draw)
    batch = batch.contiguous(memory_format=torch.channels_last)
    if state.step < settings.identity_steps:
        painting = state.network(batch, _one_hot(style, settings))
        terms = {"identity": instability(painting, batch)}
        loss = 100 * terms["identity"]
    else:
        painting, terms = _paint(state, settings, batch, style, draw)
        loss = settings.stability_weight * terms.get("stability", torch.zeros(()))
        terms |= _judged(judges, targets, painting, batch, style)
        terms |= {"tv": total_variation(painting), "range": out_of_range(painting)}
        loss = loss + settings.content_weight * terms["content"]
        loss = loss + settings.style_weight * terms["style"]
        loss = loss + settings.tv_weight * terms["tv"] + RANGE_WEIGHT * terms["range"]
    for group in state.optimiser.param_groups:
        group["lr"] = _learning_rate(settings, state.step) * group["factor"]
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.network.parameters(), 10.0)
    state.optimiser.step()
    _average(state)
    return {name: float(term.detach()) for name, term in terms.items()}


def _paint(
    state: RunState, settings: TrainSettings, batch: Tensor, style: Tensor, draw: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    weights = _one_hot(style, settings)
    if not settings.stability_weight:
        return state.network(batch, weights), {}
    pictures = torch.cat([batch, _disturbed(batch, draw)])
    painting, disturbed = state.network(pictures, weights.repeat(2, 1)).chunk(2)
    return painting, {"stability": instability(painting, disturbed)}


def _judged(
    judges: Sequence[Judge],
    targets: Sequence[list[Tensor]],
    painting: Tensor,
    photographs: Tensor,
    style: Tensor,
) -> dict[str, Tensor]:
    styles, contents = [], []
    for judge, wanted in zip(judges, targets, strict=True):
        style_terms, content = judge.terms(painting, photographs, wanted, style)
        styles += style_terms
        contents += [content] if content is not None else []
    return {"style": torch.stack(styles).mean(), "content": torch.stack(contents).mean()}


def _one_hot(style: Tensor, settings: TrainSettings) -> Tensor:
    return nn.functional.one_hot(style, len(settings.styles)).float()


def _config(settings: TrainSettings) -> TransformerConfig:
    if settings.architecture == "article":
        return TransformerConfig.article()
    return TransformerConfig.fast(len(settings.styles))


def _fresh_state(config: TransformerConfig, settings: TrainSettings) -> RunState:
    network = fold_upsamplers(build_network(config))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rows = [row for name, row in network.named_parameters() if "norm" in name]
    rest = [kernel for name, kernel in network.named_parameters() if "norm" not in name]
    groups = [{"params": rest, "factor": 1.0}, {"params": rows, "factor": settings.style_rate}]
    optimiser = torch.optim.Adam([group for group in groups if group["params"]])
    return RunState(network, copy.deepcopy(network).requires_grad_(False), optimiser)


def _disturbed(batch: Tensor, draw: torch.Generator) -> Tensor:
    """The same pictures as a camera would give them a moment later: noise, a touch of exposure."""
    low, high = NOISE_LEVELS
    per_picture = (len(batch), 1, 1, 1)
    sigma = torch.rand(per_picture, generator=draw) * (high - low) + low
    gain = 1 + (torch.rand(per_picture, generator=draw) * 2 - 1) * EXPOSURE
    return (batch * gain + torch.randn(batch.shape, generator=draw) * sigma).clamp(0, 255)


def _learning_rate(settings: TrainSettings, step: int) -> float:
    warm = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    return settings.learning_rate * warm * (0.51 + 0.49 * math.cos(math.pi * step / settings.steps))


def _average(state: RunState) -> None:
    decay = min(AVERAGE_DECAY, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for slow, quick in zip(state.average.parameters(), state.network.parameters(), strict=True):
            slow.lerp_(quick, 1 - decay)


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
) -> Card:
    results: dict[str, Any] = {
        "steps": state.step,
        "seconds": round(state.seconds),
        "device": "cpu",
        "losses": {name: float(f"{value:.4g}") for name, value in recent.items()},
    }
    return Card(config=config, styles=credits, recipe=settings.to_dict(), results=results)
