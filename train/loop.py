"""The training loop: photographs in, a network that paints them out. Reads top to bottom."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from realtime.clockwork import Clock
from realtime.machine import reuse_freed_memory
from realtime.network.bundle import save_bundle
from realtime.network.card import Card, StyleCredit
from realtime.sinks import outputs
from train.budget import Budget, Pace, Progress, progress_of
from train.card_writer import describe
from train.data import Photographs, load_painting
from train.distributed import World
from train.failed_steps import NanGuard, explain_out_of_memory
from train.init_run import begin, load_teacher
from train.loss.palette_loss import palette
from train.loss.perceptual_loss import PerceptualLoss
from train.metrics_log import MetricsLog
from train.preview import Previews, preview_path
from train.settings import TrainSettings
from train.step import NotFiniteError, TrainContext, train_step

SAVE_EVERY_SECONDS = 60.0
FIRST_SAVE_SECONDS = 8.0
"""Early, so that a run that ends by the clock knows how long it takes."""
PREVIEW_EVERY_SECONDS = 20.0
ALONE = World()
WITHOUT_END = 1 << 30
"""Steps, of a run that ends by the clock."""


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What may accompany a run and does not change what is learned."""

    previews: tuple[Path, ...] = ()
    """Photographs to paint for the preview."""
    listen: Callable[[Progress], None] = lambda progress: None
    """Called after every step."""
    tell: Callable[[str], None] = lambda line: None
    """Told, in a few words each, what is done before the first step."""
    should_stop: Callable[[], bool] = lambda: False
    """Asked after every step; True saves and ends the call."""
    budget: Budget | None = None
    """Wall time to keep: the run's number of steps is turned until it does."""
    max_steps: int | None = None
    """Stop after so many steps of this call (for tests and time-slicing)."""
    save_every_seconds: float = SAVE_EVERY_SECONDS
    preview_every_seconds: float = PREVIEW_EVERY_SECONDS
    """At least; the first comes with the first step."""
    tensorboard: Path | None = None
    """Folder for TensorBoard."""
    workers: int = 2
    """Threads that decode photographs; on a GPU, processes."""
    overwrite: bool = False
    """Replace files that pleinair did not write."""
    clock: Clock = time.monotonic
    """Seconds."""


def train(
    settings: TrainSettings,
    loss: PerceptualLoss | None,
    credits: tuple[StyleCredit, ...],
    out: Path,
    *,
    start: Path | None = None,
    teacher: Path | None = None,
    extras: Extras | None = None,
    world: World = ALONE,
) -> Card:
    """Train a network and write it to `out`.

    Beside `out` lie a checkpoint (`.checkpoint`), the losses (`.jsonl`) and a preview
    (`-preview.png`); a run that finds its checkpoint goes on from there, and ends bit for bit as if
    it had never stopped. The bundle is rewritten at every checkpoint, so a run stopped at any
    moment leaves a usable one.

    Args:
        settings: The run.
        loss: What judges the paintings, moved to the world's device; None: a teacher is imitated,
            and the paintings that `settings` names are not looked at.
        credits: One per style that is learned.
        out: The bundle to write.
        start: A bundle to begin with: of the same network and styles, or, with
            `settings.kept_styles`, one to which the new styles are added.
        teacher: A bundle of the same styles whose paintings are imitated.
        extras: Previews, progress, stopping.
        world: This process among those that train together.

    Raises:
        BadInputError: nothing to learn from, a foreign checkpoint, files in the way that may not
            be replaced, a full disk, a GPU out of memory, or numbers that do not stay finite. The
            last good checkpoint is kept.
    """
    extras = extras or Extras()
    read = tuple(path for path in (start, teacher) if path is not None)
    _require_free(out, settings, read, extras)
    torch.manual_seed(settings.seed)
    if world.device.type == "cpu":
        reuse_freed_memory()
    elif world.device.type == "cuda":
        torch.backends.cudnn.benchmark = True  # every step has the same sizes
        torch.set_float32_matmul_precision("high")
    each = settings.paintings_per_photograph
    rows = world.share(settings.batch // each)
    photographs = Photographs(
        settings.content, crop_px=settings.crop_px, batch=settings.batch // each,
        seed=settings.seed, augment=settings.augment,
    )  # fmt: skip
    targets: list[torch.Tensor] = []
    palettes: torch.Tensor | None = None
    if loss is not None:
        extras.tell("looking at what is to be learned")
        loss.network.to(world.device)
        paintings = [
            load_painting(path, settings.style_px, square=settings.style_square).to(world.device)
            for path in settings.styles
        ]
        targets = loss.style_targets(paintings)
        if settings.palette_weight:
            palettes = torch.cat([palette(painting) for painting in paintings])
    checkpoint = out.with_suffix(".checkpoint")
    practice = None if checkpoint.exists() else photographs
    if start is not None and settings.kept_styles and practice is not None:
        extras.tell(f"comparing it with the {settings.kept_styles} styles of {start.stem}")
    beginning = begin(settings, credits, start, practice, world.device)
    state = beginning.state
    budget = extras.budget
    if checkpoint.exists():
        if budget is not None:
            settings = budget.resume(checkpoint, settings)
        state.load(checkpoint, settings.to_dict())
    if budget is not None:
        budget.spent(state.seconds)
    network = world.wrap(state.network)
    context = TrainContext(
        settings, loss, targets, network, world, beginning.before,
        None if teacher is None else load_teacher(teacher, beginning.credits).to(world.device),
        palettes,
    )  # fmt: skip
    stop = state.step + (WITHOUT_END if extras.max_steps is None else extras.max_steps)
    started = saved = extras.clock() - state.seconds
    if state.step == 0:
        saved -= max(0.0, extras.save_every_seconds - FIRST_SAVE_SECONDS)
    previews = Previews(
        preview_path(out), extras.previews, settings.all_styles, len(settings.styles),
        extras.preview_every_seconds, extras.clock,
    )  # fmt: skip
    recent: dict[str, float] = {}
    pace = Pace(extras.clock)
    guard, stopped = NanGuard(state), False
    with contextlib.closing(_open_log(out, state.step, extras, world)) as log:

        def save() -> Card:
            began = extras.clock()
            card = describe(beginning, settings, photographs, recent, guard, world)
            if world.first:
                state.save(checkpoint, settings.to_dict())
                show()
                card = save_bundle(out, state.average, card)
            if budget is not None:
                budget.saving_took(extras.clock() - began)
            return card

        def show() -> None:
            sheet = previews.draw(state.average)
            if sheet is not None:
                log.show(state.step, sheet)

        while state.step < min(stop, settings.steps) and not stopped:
            end = stop if budget else min(stop, settings.steps)
            batches = photographs.batches(
                state.step, end, rows=rows, workers=extras.workers,
                processes=world.device.type == "cuda",
            )  # fmt: skip
            for step, batch in batches:
                try:
                    pictures = batch.to(world.device, non_blocking=True).float()
                    terms = train_step(state, context, pictures)
                except NotFiniteError as exc:
                    guard.step_back(state, exc)
                    log.forget_after(state.step)
                    break
                except torch.OutOfMemoryError as exc:
                    raise explain_out_of_memory(state, context, batch.float()) from exc
                state.step, state.seconds = step + 1, extras.clock() - started
                guard.keep(state)
                recent = _smooth(recent, terms)
                pace.step_ended(step, settings)
                if budget is not None:
                    settings = replace(settings, steps=budget.steps(state, pace, settings, world))
                    context = replace(context, settings=settings)
                if world.first:
                    log.write(step, terms)
                    extras.listen(progress_of(state.step, settings.steps, pace, budget, recent))
                stopped = world.any(extras.should_stop())
                if stopped or state.step >= settings.steps:
                    break
                if world.any(extras.clock() - saved > extras.save_every_seconds):
                    save()
                    saved = extras.clock()
                elif world.first and previews.is_due():
                    show()
        return save()


def _require_free(
    out: Path, settings: TrainSettings, bundles: tuple[Path, ...], extras: Extras
) -> None:
    """Ask whether the bundle and what lies beside it may be written.

    Beside a checkpoint, which is looked into before it is used, the files are its run's own. What
    is learned from is not overwritten by any run.
    """
    inputs = (*settings.styles, *extras.previews, *bundles)
    goes_on = out.with_suffix(".checkpoint").exists()
    beside = [out.with_suffix(".jsonl"), *([preview_path(out)] if extras.previews else [])]
    for path in (out, *beside):
        outputs.require_free(path, inputs, overwrite=extras.overwrite or goes_on)


def _open_log(out: Path, step: int, extras: Extras, world: World) -> MetricsLog:
    # Others but the first write where nobody reads.
    path = out.with_suffix(".jsonl") if world.first else out.with_suffix(f".{world.rank}.jsonl")
    return MetricsLog(path, step, extras.tensorboard if world.first else None)


def _smooth(old: dict[str, float], new: dict[str, float]) -> dict[str, float]:
    return old | {key: 0.95 * old.get(key, value) + 0.05 * value for key, value in new.items()}
