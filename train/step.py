"""One step of training: paint, judge, adjust."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from train.checkpoint import RunState
from train.losses import Judge, instability, out_of_range, total_variation
from train.settings import TrainSettings

NOISE_LEVELS = (2.0, 8.0)
"""Camera noise for the stability term: standard deviation in levels of 255."""
EXPOSURE = 0.08
AVERAGE_DECAY = 0.99
RANGE_WEIGHT = 10.0
"""Keeps colours within [0, 255], where there is no tanh to do so."""


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
        judged, weighted_style = _judged(judges, targets, painting, batch, style, settings)
        terms |= judged
        terms |= {"tv": total_variation(painting), "range": out_of_range(painting)}
        loss = loss + settings.content_weight * terms["content"]
        loss = loss + settings.style_weight * weighted_style
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
    settings: TrainSettings,
) -> tuple[dict[str, Tensor], Tensor]:
    styles, contents = [], []
    for judge, wanted in zip(judges, targets, strict=True):
        style_terms, content = judge.terms(painting, photographs, wanted, style)
        styles += style_terms
        contents += [content] if content is not None else []
    per_picture = torch.stack(styles).mean(0)  # (N,)
    factors = torch.tensor(settings.style_factors or [1.0] * len(settings.styles))
    terms = {"style": per_picture.mean(), "content": torch.stack(contents).mean()}
    return terms, (per_picture * factors[style]).mean()


def _one_hot(style: Tensor, settings: TrainSettings) -> Tensor:
    return nn.functional.one_hot(style, len(settings.styles)).float()


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
