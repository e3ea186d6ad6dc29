"""What a bundle is worth, measured on photographs it never saw.

- Content and style losses: the terms of its own training.
- Equivalent steps: how many steps of Adam on the pixels (Gatys' method, from the photograph) reach
  the same total loss. Ulyanov et al. and Johnson et al. compare feed-forward networks so.
- Noise gain: a still scene before a camera whose noise has a deviation of 4 levels; mean change of
  the painting over mean change of the picture. Below 1 the painting is calmer than the camera.
- Shift gain: the scene moved by 3 px; mean difference between the moved painting and the painting
  of the moved scene, over the mean change of the picture. 0 would be paint that sticks to things.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean, median

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from realtime.errors import BadInputError
from realtime.network.bundle import load_bundle, save_bundle
from train.data import as_tensor, load_painting, read_rgb
from train.gatys import Objective, Turn, optimise
from train.gatys_loss import GatysSettings
from train.judges import load_judges
from train.lineage import Origin, origins_of
from train.losses import Judge, content_targets, judge_all, total_variation
from train.settings import Precision

NOISE_LEVELS = 4.0
SHIFT_PX = 3
SMALLEST_SIDE_PX = 32
"""The deepest layer that judges sees a sixteenth of each side."""
ADAM_RATE = 4.0
"""Levels of 255 per step: of 1, 2, 4, 8 and 16 the one whose loss falls fastest at first."""


@dataclass(frozen=True, kw_only=True)
class Appraisal:
    """One style, over all photographs."""

    content: float
    style: float
    equivalent_steps: float
    """Median over the photographs it was counted on; the limit where more would be needed."""
    noise_gain: float
    shift_gain: float


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How an appraisal is made; written into the card beside its results."""

    long_side_px: int = 480
    most_steps: int = 200
    """Adam's steps are not counted further; 0 leaves them out."""
    counted_on: int | None = None
    """Count steps on so many photographs, spread over all of them; None: on every one."""
    precision: Precision = "fp32"
    """Of the loss networks: for the painting and the pixels that chase it alike."""
    seed: int = 1


def appraise(
    path: Path,
    photographs: Sequence[Path],
    paintings: Path,
    vgg: Path | None,
    *,
    terms: Terms | None = None,
    device: torch.device | None = None,
    listen: Callable[[str, Appraisal], None] = lambda style, appraisal: None,
) -> dict[str, Appraisal]:
    """Measure every style of a bundle and write the result into its card.

    Args:
        path: The bundle; it is rewritten, the weights as they are.
        photographs: Never trained on.
        paintings: Folder that holds the paintings under the file names of the card.
        vgg: Loss-network weights, as for training.
        terms: How.
        device: Where; the CPU by default.
        listen: Called after every style.

    Raises:
        BadInputError: a painting or a photograph is missing, or the card does not say which.
    """
    terms, device = terms or Terms(), device or torch.device("cpu")
    bundle = load_bundle(path)
    network = bundle.network.to(device)
    scenes = [load_scene(photograph, terms.long_side_px).to(device) for photograph in photographs]
    found: dict[str, Appraisal] = {}
    looks = torch.eye(len(bundle.card.names), device=device)
    for origin, look in zip(origins_of(bundle.card, paintings), looks, strict=True):
        judges = load_judges(vgg, replace(origin.settings, precision=terms.precision))
        for judge in judges:
            judge.network.to(device)
        painter = Painter(network, look[None])
        found[origin.name] = _appraise_style(painter, origin, judges, scenes, terms)
        listen(origin.name, found[origin.name])
    results = {name: rounded(appraisal) for name, appraisal in found.items()}
    written = {**asdict(terms), "photographs": len(photographs), "styles": results}
    card = replace(bundle.card, results=bundle.card.results | {"appraisal": written})
    save_bundle(path, load_bundle(path).network, card)
    return found


@dataclass(frozen=True)
class Painter:
    """A network set to one style."""

    network: nn.Module
    look: Tensor

    def __call__(self, picture: Tensor) -> Tensor:
        """Paint (1, 3, H, W) in [0, 255], as the engine would before rounding."""
        with torch.inference_mode():
            painting: Tensor = self.network(picture, self.look)
        return painting.float().clamp(0, 255).clone()


def load_scene(path: Path, long_side_px: int) -> Tensor:
    """Load a photograph as (1, 3, H, W) in [0, 255], scaled to the given longer side.

    Raises:
        BadInputError: it cannot be read, or is too narrow.
    """
    picture = read_rgb(path)
    scale = long_side_px / max(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    if min(size) < SMALLEST_SIDE_PX:
        raise BadInputError(
            f"{path} is {picture.shape[1]}x{picture.shape[0]} pixels, and {size[0]}x{size[1]} when "
            f"scaled to be appraised: expected at least {SMALLEST_SIDE_PX} on the shorter side"
        )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return as_tensor(cv2.resize(picture, size, interpolation=how).astype(np.uint8, copy=False))


def noise_gain(paint: Callable[[Tensor], Tensor], scene: Tensor, seed: int = 1) -> float:
    """Mean change of the painting over mean change of the picture, under camera noise."""
    draw = torch.Generator().manual_seed(seed)
    views = [
        (scene + (torch.randn(scene.shape, generator=draw) * NOISE_LEVELS).to(scene.device))
        .round()
        .clamp(0, 255)
        for _ in range(2)
    ]
    first, second = (paint(view) for view in views)
    return _mean_change(first, second) / _mean_change(*views)


def shift_gain(paint: Callable[[Tensor], Tensor], scene: Tensor) -> float:
    """Change of the painting that motion does not explain, over the change of the picture."""
    here, there = scene[..., :-SHIFT_PX, :-SHIFT_PX], scene[..., SHIFT_PX:, SHIFT_PX:]
    moved = paint(here)[..., SHIFT_PX:, SHIFT_PX:]
    painted = paint(there)[..., :-SHIFT_PX, :-SHIFT_PX]
    return _mean_change(moved, painted) / _mean_change(here, there)


def equivalent_steps(objective: Objective, scene: Tensor, goal: float, most: int) -> int:
    """How many Adam steps from the photograph reach a total loss of `goal`; at most `most`."""
    reached: list[int] = []

    def listen(turn: Turn) -> None:
        # A turn tells the loss of the picture before its step: turn 1 is the photograph itself.
        if sum(turn.terms[name] for name in ("content", "style", "tv")) <= goal and not reached:
            reached.append(turn.step - 1)

    settings = GatysSettings(steps=most + 1, optimiser="adam", learning_rate=ADAM_RATE)
    optimise(scene, objective, settings, listen=listen, should_stop=lambda: bool(reached))
    return reached[0] if reached else most


@dataclass(frozen=True)
class TrainingLoss:
    """The loss that a style was trained with, of one painting of one photograph."""

    origin: Origin
    judges: Sequence[Judge]
    targets: Sequence[list[Tensor]]
    content: Sequence[Tensor | None]
    """What the judges see in the photograph, from `content_targets`."""

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Judge (1, 3, H, W) in [0, 255]: the weighted terms."""
        settings = self.origin.settings
        only = torch.zeros(1, dtype=torch.long, device=picture.device)
        styles, content = judge_all(self.judges, self.targets, picture, self.content, only)
        return {
            "content": settings.content_weight * content,
            "style": settings.style_weight * self.origin.factor * styles.mean(),
            "tv": settings.tv_weight * total_variation(picture),
        }


def _appraise_style(
    paint: Painter, origin: Origin, judges: Sequence[Judge], scenes: Sequence[Tensor], terms: Terms
) -> Appraisal:
    settings = origin.settings
    painting = load_painting(origin.painting, settings.style_px, square=settings.style_square)
    targets = [judge.style_targets([painting.to(scenes[0].device)]) for judge in judges]
    contents, styles, steps = [], [], []
    counted = spread(len(scenes), terms.counted_on)
    for number, scene in enumerate(scenes):
        objective = TrainingLoss(origin, judges, targets, content_targets(judges, scene))
        with torch.no_grad():
            parts = {name: term.item() for name, term in objective(paint(scene)).items()}
        contents.append(parts["content"] / settings.content_weight)
        styles.append(parts["style"] / (settings.style_weight * origin.factor))
        if terms.most_steps and number in counted:
            goal = sum(parts.values())
            steps.append(equivalent_steps(objective, scene, goal, terms.most_steps))
    return Appraisal(
        content=fmean(contents),
        style=fmean(styles),
        equivalent_steps=median(steps) if steps else math.nan,
        noise_gain=fmean(noise_gain(paint, scene, terms.seed) for scene in scenes),
        shift_gain=fmean(shift_gain(paint, scene) for scene in scenes),
    )


def spread(count: int, wanted: int | None) -> set[int]:
    """Choose `wanted` of `count` numbers, evenly."""
    chosen = min(count, wanted or count)
    return {number * count // chosen for number in range(chosen)}


def _mean_change(first: Tensor, second: Tensor) -> float:
    return float((first - second).abs().mean())


def rounded(appraisal: Appraisal) -> dict[str, float | None]:
    """Return the figures as the card holds them; None for what was not measured."""
    values = asdict(appraisal).items()
    return {name: None if math.isnan(v) else float(f"{v:.4g}") for name, v in values}
