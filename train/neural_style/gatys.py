"""Neural Style: one picture, painted by adjusting its pixels (Gatys et al. 2016, arXiv:1508.06576).

No transform network is trained: the pixels are the parameters, and `gatys_loss.py` is what they
descend. A coarse picture is painted first and enlarged, level by level: large strokes form where
they are cheap. With one level it is the method as published.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime.errors import EngineError
from train.loss.loss_network import LossNetwork
from train.neural_style.gatys_loss import GatysLoss, GatysSettings

RANGE_WEIGHT = 10.0
"""Of pixels that left [0, 255]: judged as if they had not, they need to be led back."""
SMALLEST_LEVEL_PX = 96
"""Shorter side below which relu5_1 sees a handful of pixels, and no coarser level is of use."""


Objective = Callable[[Tensor], Mapping[str, Tensor]]
"""Judges a (1, 3, H, W) picture in about [0, 255]: weighted scalar terms, to be summed."""


@dataclass(frozen=True)
class Turn:
    """What a listener is told after every step."""

    step: int
    steps: int
    terms: Mapping[str, float]
    """The weighted terms of the loss, and `total`, their sum."""
    size: tuple[int, int]
    """Width and height of the level: losses of different levels do not compare."""
    picture: Callable[[], Tensor]
    """Gives the best picture so far, (1, 3, H, W) in [0, 255], at the size of its level."""


Listener = Callable[[Turn], None]


def paint(
    networks: Sequence[LossNetwork],
    photograph: Tensor,
    painting: Tensor,
    settings: GatysSettings,
    *,
    listen: Listener = lambda turn: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Tensor:
    """Paint a photograph in the style of a painting.

    Args:
        networks: Loss networks; of several, the first that has a layer is asked for it.
        photograph: (1, 3, H, W) in [0, 255]; the result has its size and its device.
        painting: (1, 3, H, W) in [0, 255]. Its size sets the stroke: larger is broader.
        settings: The method's numbers.
        listen: Called after every step.
        should_stop: Asked after every step; True ends the run with the best picture so far.

    Returns:
        The picture, (1, 3, H, W), within [0, 255].
    """
    sizes = _level_sizes(photograph, settings.levels)
    picture, done = _starting_picture(photograph, settings), 0
    for level, size in enumerate(sizes):
        scale = size[0] / photograph.shape[2]
        objective = GatysLoss(
            networks, _resize(photograph, size), _resize(painting, scale=scale), settings
        )
        stop = settings.steps * (level + 1) // len(sizes)
        picture, done = optimise(
            _resize(picture, size), objective, settings,
            first=done, last=stop, listen=listen, should_stop=should_stop,
        )  # fmt: skip
        if done < stop:
            break
    return _resize(picture, tuple(photograph.shape[2:])).clamp(0, 255)


class _Stop(Exception):  # noqa: N818 - an event, not an error
    """Ends a line search from within."""


def optimise(
    start: Tensor,
    objective: Objective,
    settings: GatysSettings,
    *,
    first: int = 0,
    last: int | None = None,
    listen: Listener = lambda turn: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Tensor, int]:
    """Minimise an objective over the pixels of a picture.

    Args:
        start: (1, 3, H, W) in [0, 255]; it is not changed.
        objective: What to minimise.
        settings: Optimiser, its learning rate, and the number of steps to announce.
        first: How many steps were done before, by coarser levels.
        last: The step to end at; None for `settings.steps`.
        listen: Called after every step, with the terms of the picture that the step evaluated.
        should_stop: Asked after every step.

    Returns:
        The best picture that was evaluated, within [0, 255], and the number of the last step.
    """
    stop = settings.steps if last is None else last
    unit = float(start.numel()) if settings.optimiser == "lbfgs" else 1.0
    pixels = (start.detach() / unit).clone().requires_grad_()
    best, lowest, step = start.detach().clone(), float("inf"), first

    def closure() -> Tensor:
        nonlocal lowest, step
        if step >= stop or (step > first and should_stop()):
            raise _Stop
        free = pixels * unit
        picture = free.clamp(0, 255)  # what is judged is what is written in the end
        terms = objective(picture)
        outside = (free - picture.detach()).square().mean() / 255**2
        loss = torch.stack([*terms.values()]).sum() + RANGE_WEIGHT * outside
        (pixels.grad,) = torch.autograd.grad(loss, [pixels])
        step += 1
        if not math.isfinite(loss.item()):
            raise EngineError(
                f"the loss is {loss.item()} at step {step}: give smaller weights or learning rate"
            )
        if loss.item() < lowest:
            lowest = loss.item()
            best.copy_(picture.detach())
        told = {name: term.item() for name, term in terms.items()} | {"total": loss.item()}
        size = start.shape[3], start.shape[2]
        listen(Turn(step, settings.steps, told, size, best.clone))
        return loss.detach()

    with contextlib.suppress(_Stop):
        _minimise(pixels, closure, settings)
    return best, step


def _minimise(pixels: Tensor, closure: Callable[[], Tensor], settings: GatysSettings) -> None:
    """Run an optimiser until the closure raises _Stop."""
    if settings.optimiser == "adam":
        adam = torch.optim.Adam([pixels], lr=settings.learning_rate)
        while True:
            adam.step(closure)
            with torch.no_grad():
                pixels.clamp_(0, 255)
    # Its first step has length 1 in the sum over all pixels, whatever the gradient: hence the unit
    # of `optimise`, in which that is one level of 255 per pixel. Its tolerances are absolute, and
    # no gradient of a single pixel would pass them.
    lbfgs = torch.optim.LBFGS(
        [pixels], max_iter=20, max_eval=1000, history_size=20,
        tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe",
    )  # fmt: skip
    while True:
        lbfgs.step(closure)  # type: ignore[no-untyped-call]


def _level_sizes(photograph: Tensor, levels: int) -> list[tuple[int, int]]:
    height, width = photograph.shape[2:]
    sizes = [(round(height / 2**i), round(width / 2**i)) for i in range(levels)]
    return [s for s in sizes if s == (height, width) or min(s) >= SMALLEST_LEVEL_PX][::-1]


def _starting_picture(photograph: Tensor, settings: GatysSettings) -> Tensor:
    if settings.start == "content":
        return photograph
    draw = torch.Generator().manual_seed(settings.seed)
    return (torch.rand(photograph.shape, generator=draw) * 255).to(photograph.device)


def _resize(
    picture: Tensor, size: tuple[int, ...] | None = None, *, scale: float | None = None
) -> Tensor:
    if scale == 1.0 or size == tuple(picture.shape[2:]):
        return picture
    return F.interpolate(picture, size, scale, mode="bicubic", antialias=True).clamp(0, 255)
