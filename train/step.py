"""One step of training: paint, judge, adjust."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from train.checkpoint import RunState
from train.distributed import World
from train.disturbance import Disturbance
from train.guard import NotFiniteError
from train.losses import (
    Judge,
    content_targets,
    instability,
    judge_all,
    out_of_range,
    squared_variation,
    total_variation,
)
from train.settings import TrainSettings

LIKENESS_WEIGHT = 100.0
"""On mean squared pixel differences: to the photograph while the identity is learned, to the old
painting while old styles are kept."""


@dataclass(frozen=True)
class Lesson:
    """What does not change during a run."""

    settings: TrainSettings
    judges: Sequence[Judge]
    targets: Sequence[list[Tensor]]
    """Per judge: what the paintings look like to it."""
    network: nn.Module
    """What is called to paint: the network itself, or its distributed wrapping."""
    world: World
    teacher: nn.Module | None = None
    """The network before new styles were added, for runs that change what the old styles use."""


def train_step(state: RunState, lesson: Lesson, batch: Tensor) -> dict[str, float]:
    """Take one step of Adam and return the terms of the loss, averaged over the processes.

    Args:
        state: The run; its weights, optimiser and average are changed.
        lesson: The rest of the run.
        batch: This process's share of the photographs, (N, 3, H, W) in [0, 255].

    Raises:
        NotFiniteError: the gradient is not finite; the weights are as before.
    """
    settings = lesson.settings
    draw = torch.Generator().manual_seed(settings.seed * 1_000_003 + state.step)
    rows = lesson.world.share(settings.batch)
    style = torch.randint(len(settings.styles), (settings.batch,), generator=draw)[rows]
    style = style.to(batch.device)
    batch = batch.contiguous(memory_format=torch.channels_last)
    if state.step < settings.identity_steps:
        painting = _paint(lesson, batch, _one_hot(style + settings.kept_styles, settings))
        terms = {"identity": instability(painting, batch)}
        loss = LIKENESS_WEIGHT * terms["identity"]
    else:
        loss, terms = _judged(lesson, batch, style, draw, rows)
    _adjust(state, settings, loss)
    return lesson.world.mean(terms)


def _judged(
    lesson: Lesson, batch: Tensor, style: Tensor, draw: torch.Generator, rows: slice
) -> tuple[Tensor, dict[str, Tensor]]:
    settings, terms = lesson.settings, {}
    weights = _one_hot(style + settings.kept_styles, settings)
    views = [(batch, weights)]
    shape = torch.Size((settings.batch, *batch.shape[1:]))
    disturbance = Disturbance.draw(shape, draw).part(rows).to(batch.device)
    if settings.stability_weight:
        views.append((disturbance.second_view(batch), weights))
    if lesson.teacher is not None:
        old = torch.randint(settings.kept_styles, (settings.batch,), generator=draw)[rows]
        views.append((batch, _one_hot(old.to(batch.device), settings)))
    # All views in one call: a distributed network may be called once per step.
    paintings = _paint(lesson, *(torch.cat(parts) for parts in zip(*views, strict=True)))
    painting, *others = paintings.view(len(views), *batch.shape).unbind(0)
    if lesson.teacher is not None:
        terms["kept"] = instability(others.pop(), _as_before(lesson, *views[-1]))
    if settings.stability_weight:
        terms["stability"] = disturbance.instability(painting, others.pop(), batch)
    wanted = content_targets(lesson.judges, batch)
    styles, content = judge_all(lesson.judges, lesson.targets, painting, wanted, style)
    johnson = settings.formula == "johnson"
    terms["content"], terms["style"] = content, styles.mean()
    terms["tv"] = squared_variation(painting) if johnson else total_variation(painting)
    terms["range"] = out_of_range(painting)
    factors = styles.new_tensor(settings.style_factors or [1.0] * len(settings.styles))
    return _weighed(settings, terms, (styles * factors[style]).mean()), terms


def _weighed(settings: TrainSettings, terms: dict[str, Tensor], style: Tensor) -> Tensor:
    loss = settings.style_weight * style + settings.content_weight * terms["content"]
    loss = loss + settings.tv_weight * terms["tv"] + settings.range_weight * terms["range"]
    if "stability" in terms:
        loss = loss + settings.stability_weight * terms["stability"]
    if "kept" in terms:
        loss = loss + LIKENESS_WEIGHT * terms["kept"]
    return loss


def _as_before(lesson: Lesson, batch: Tensor, weights: Tensor) -> Tensor:
    """Paint old styles with the network as it was before new ones were added."""
    assert lesson.teacher is not None
    with torch.no_grad():
        painting: Tensor = lesson.teacher(batch, weights[:, : lesson.settings.kept_styles])
    return painting


def _paint(lesson: Lesson, pictures: Tensor, weights: Tensor) -> Tensor:
    half = lesson.settings.precision == "bf16"
    with torch.autocast(pictures.device.type, torch.bfloat16, enabled=half):
        painting: Tensor = lesson.network(pictures, weights)
    return painting.float()


def _one_hot(style: Tensor, settings: TrainSettings) -> Tensor:
    return nn.functional.one_hot(style, settings.all_styles).float()


def _adjust(state: RunState, settings: TrainSettings, loss: Tensor) -> None:
    for group in state.optimiser.param_groups:
        group["lr"] = _learning_rate(settings, state.step) * group["factor"] * state.rate_scale
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    learned = [p for p in state.network.parameters() if p.grad is not None]
    if settings.rows_only:
        for row in learned:
            # A gradient of 0 leaves Adam's moments at 0: the old rows stay bit for bit.
            assert row.grad is not None
            row.grad[: settings.kept_styles] = 0
    norm = nn.utils.clip_grad_norm_(learned, settings.clip_norm or float("inf"))
    if not bool(torch.isfinite(norm)):
        raise NotFiniteError(f"step {state.step}: the gradient is not finite (loss {loss.item()})")
    state.optimiser.step()
    _average(state, settings.average_decay)


def _learning_rate(settings: TrainSettings, step: int) -> float:
    warm = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    if settings.schedule == "constant":
        return settings.learning_rate * warm
    return settings.learning_rate * warm * (0.51 + 0.49 * math.cos(math.pi * step / settings.steps))


def _average(state: RunState, longest: float) -> None:
    decay = min(longest, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for slow, quick in zip(state.average.parameters(), state.network.parameters(), strict=True):
            slow.lerp_(quick, 1 - decay)
