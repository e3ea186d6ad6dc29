"""One step of training: paint, judge, adjust."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from realtime.errors import PleinairError
from train.checkpoint import RunState
from train.distributed import World
from train.loss.octave_loss import Window
from train.loss.palette_loss import inner, palette, palette_error
from train.loss.perceptual_loss import (
    PerceptualLoss,
    imitation_error,
    out_of_range,
    pixel_error,
    squared_variation,
    total_variation,
)
from train.loss.plain_loss import blotches
from train.loss.stability_loss import Disturbance
from train.settings import TrainSettings

LIKENESS_WEIGHT = 100.0
"""On mean squared pixel differences: to the photograph while the identity is learned, to the old
painting while old styles are kept."""
BALANCE_LIMIT = 2.5
"""Largest change of a style weight, as a logarithm: 12 times more or less."""


class NotFiniteError(PleinairError):
    """A gradient or a loss is NaN or infinite; no step was taken."""


@dataclass(frozen=True)
class TrainContext:
    """What does not change during a run."""

    settings: TrainSettings
    loss: PerceptualLoss | None
    """None: nothing is judged, everything is imitated."""
    targets: list[Tensor]
    """What the paintings look like to the loss."""
    network: nn.Module
    """What is called to paint: the network itself, or its distributed wrapping."""
    world: World
    before: nn.Module | None = None
    """The network before new styles were added, for runs that change what the old styles use."""
    teacher: nn.Module | None = None
    """A network of the same styles whose paintings are imitated."""
    palettes: Tensor | None = None
    """Of the paintings, (S, 13, Q), if the settings give them weight."""


def train_step(state: RunState, context: TrainContext, photographs: Tensor) -> dict[str, float]:
    """Take one step and return the terms of the loss, averaged over the processes.

    Args:
        state: The run; its weights, optimisers, balance and average are changed.
        context: The rest of the run.
        photographs: This process's share of them, (P, 3, H, W) in [0, 255].

    Raises:
        NotFiniteError: the gradient is not finite; the weights are as before.
    """
    settings, world = context.settings, context.world
    draw = torch.Generator().manual_seed(settings.seed * 1_000_003 + state.step)
    style = _draw_styles(settings, draw)[world.share(settings.batch)].to(photographs.device)
    batch = photographs.repeat_interleave(settings.paintings_per_photograph, 0)
    batch = batch.contiguous(memory_format=torch.channels_last)
    if state.step < settings.identity_steps:
        painting = _paint(context, batch, _one_hot(style + settings.kept_styles, settings))
        terms = {"identity": pixel_error(painting, batch)}
        loss = LIKENESS_WEIGHT * terms["identity"]
    else:
        loss, terms = _judged(state, context, batch, style, draw)
    norm = _gradient(state, settings, loss)
    # The one moment of a step that waits for the GPU; what is launched from here on fills it again.
    told = world.mean(terms | {"gradient": norm})
    if not math.isfinite(told.pop("gradient")):
        raise NotFiniteError(f"step {state.step}: the gradient is not finite (loss {loss.item()})")
    _descend(state, settings)
    return told


def _draw_styles(settings: TrainSettings, draw: torch.Generator) -> Tensor:
    """Draw the style of every painting of the step, over all processes: no photograph twice in one.

    (batch,); as long as there are enough styles.
    """
    each, count = settings.paintings_per_photograph, len(settings.styles)
    if each == 1 or count < each:
        return torch.randint(count, (settings.batch,), generator=draw)
    photographs = range(settings.batch // each)
    return torch.cat([torch.randperm(count, generator=draw)[:each] for _ in photographs])


def _judged(
    state: RunState, context: TrainContext, batch: Tensor, style: Tensor, draw: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    settings, terms = context.settings, {}
    rows = context.world.share(settings.batch)
    weights = _one_hot(style + settings.kept_styles, settings)
    views = [(batch, weights)]
    if any(settings.stability_weights):
        shape = torch.Size((settings.batch, *batch.shape[1:]))
        disturbance = Disturbance.draw(shape, draw, batch.device).part(rows).to(batch.device)
        views.append((disturbance.second_view(batch), weights))
    if context.before is not None:
        old = torch.randint(settings.kept_styles, (settings.batch,), generator=draw)[rows]
        views.append((batch, _one_hot(old.to(batch.device), settings)))
    # All views in one call: a distributed network may be called once per step.
    paintings = _paint(context, *(torch.cat(parts) for parts in zip(*views, strict=True)))
    painting, *others = paintings.view(len(views), *batch.shape).unbind(0)
    if context.before is not None:
        terms["kept"] = pixel_error(others.pop(), _as_before(context, *views[-1]))
    own = torch.zeros(len(painting), device=batch.device)  # what weighs differently style by style
    if any(settings.stability_weights):
        shaky = disturbance.instability(painting, others.pop(), batch)
        terms["stability"] = shaky.mean()
        own = own + own.new_tensor(settings.stability_weights)[style] * shaky
    if any(settings.plain_weights):
        blotched = blotches(painting, batch)
        terms["plain"] = blotched.mean()
        own = own + own.new_tensor(settings.plain_weights)[style] * blotched
    if context.teacher is not None:
        with torch.no_grad():
            example = context.teacher(batch, weights)
        terms["imitation"] = imitation_error(painting, example.float().clamp(0, 255))
    johnson = settings.formula == "johnson"
    terms["tv"] = squared_variation(painting) if johnson else total_variation(painting)
    terms["range"] = out_of_range(painting)
    if context.palettes is not None:
        terms["palette"] = palette_error(palette(inner(painting)), context.palettes[style]).mean()
    loss = _weighed(settings, terms) + own.mean()
    if context.loss is None or state.step % max(1, settings.judged_every):
        return loss, terms
    each = settings.paintings_per_photograph
    wanted = context.loss.content_target(batch[::each], _draw_window(settings, draw)).repeated(each)
    styles, content = context.loss.terms(painting, wanted, context.targets, style)
    factors = settings.style_weight * state.balance.exp()[style]
    terms |= {"content": content.mean(), "style": styles.mean()}
    _turn_balance(state, context, style, content.detach())
    judged = (factors * styles + settings.content_weight * content).mean()
    return loss + settings.judged_every * judged, terms  # for the steps without it, too


def _draw_window(settings: TrainSettings, draw: torch.Generator) -> Window | None:
    room = settings.crop_px - settings.fine_px
    if settings.formula != "octaves" or room <= 0:
        return None
    top, left = torch.randint(room + 1, (2,), generator=draw).tolist()
    return Window(top, left, settings.fine_px)


def _turn_balance(state: RunState, context: TrainContext, style: Tensor, content: Tensor) -> None:
    """Turn the styles' weights towards the structure that is aimed at; alike in all processes."""
    settings = context.settings
    if not any(settings.structure_goals):
        return
    goals = content.new_tensor(settings.structure_goals)
    change = torch.zeros_like(state.balance)
    change.index_add_(0, style, goals[style] - content)
    state.balance += settings.balance_rate * context.world.sum(change)
    state.balance.clamp_(-BALANCE_LIMIT, BALANCE_LIMIT)


def _weighed(settings: TrainSettings, terms: dict[str, Tensor]) -> Tensor:
    """Add up the terms that need no loss network and weigh the same in all styles."""
    weights = {
        "tv": settings.tv_weight,
        "range": settings.range_weight,
        "imitation": settings.imitation_weight,
        "palette": settings.palette_weight,
        "kept": LIKENESS_WEIGHT,
    }
    return torch.stack([weights[name] * terms[name] for name in weights if name in terms]).sum()


def _as_before(context: TrainContext, batch: Tensor, weights: Tensor) -> Tensor:
    """Paint old styles with the network as it was before new ones were added."""
    assert context.before is not None
    with torch.no_grad():
        painting: Tensor = context.before(batch, weights[:, : context.settings.kept_styles])
    return painting


def _paint(context: TrainContext, pictures: Tensor, weights: Tensor) -> Tensor:
    half = context.settings.precision == "bf16"
    with torch.autocast(pictures.device.type, torch.bfloat16, enabled=half):
        painting: Tensor = context.network(pictures, weights)
    return painting.float()


def _one_hot(style: Tensor, settings: TrainSettings) -> Tensor:
    return nn.functional.one_hot(style, settings.all_styles).float()


def _gradient(state: RunState, settings: TrainSettings, loss: Tensor) -> Tensor:
    """Leave the gradient of the loss at the parameters, clipped; return its length before."""
    for optimiser in state.optimisers:
        optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    learned = [p for p in state.network.parameters() if p.grad is not None]
    if settings.rows_only:
        for row in learned:
            # A gradient of 0 leaves Adam's moments at 0: the old rows stay bit for bit.
            assert row.grad is not None
            row.grad[: settings.kept_styles] = 0
    return nn.utils.clip_grad_norm_(learned, settings.clip_norm or float("inf"))


def _descend(state: RunState, settings: TrainSettings) -> None:
    scale = _schedule(settings, state.step) * state.rate_scale
    for optimiser in state.optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * scale
        optimiser.step()
    _average(state, settings.average_decay)


def _schedule(settings: TrainSettings, step: int) -> float:
    """Return the part of the learning rates that applies at a step."""
    warm = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    if settings.schedule == "constant":
        return warm
    return warm * (0.51 + 0.49 * math.cos(math.pi * step / settings.steps))


def _average(state: RunState, longest: float) -> None:
    decay = min(longest, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        slow = [parameter.data for parameter in state.average.parameters()]
        quick = [parameter.data for parameter in state.network.parameters()]
        torch._foreach_lerp_(slow, quick, 1 - decay)
