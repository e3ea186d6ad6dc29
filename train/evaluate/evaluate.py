"""What a bundle is worth, measured on photographs it never saw.

- Structure and texture: see `likeness.py`.
- Noise gain: a still scene before a camera whose noise has a deviation of 4 levels; mean change of
  the painting over mean change of the picture. Below 1 the painting is calmer than the camera.
- Shift gain: the scene moved by 3 px; mean difference between the moved painting and the painting
  of the moved scene, over the mean change of the picture. 0 would be paint that sticks to things.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean

import torch
from torch import Tensor, nn

from realtime.engines.enlarge import resized
from realtime.errors import BadInputError
from realtime.network.bundle import load_bundle, save_bundle
from train.data import as_tensor, load_painting, read_rgb
from train.evaluate.likeness import PAINTING_PX, Likeness
from train.loss.loss_network import LossNetwork
from train.provenance import paintings_of

NOISE_LEVELS = 4.0
SHIFT_PX = 3
SEED = 1
"""Of the noise."""
SMALLEST_SIDE_PX = 32
"""The deepest layer that judges sees a sixteenth of each side."""


@dataclass(frozen=True, kw_only=True)
class Appraisal:
    """One style: means over all photographs."""

    structure: float
    texture: float
    noise_gain: float
    shift_gain: float


def appraise(
    path: Path,
    photographs: Sequence[Path],
    paintings: Path,
    network: LossNetwork,
    *,
    long_side_px: int | None = None,
    device: torch.device | None = None,
    listen: Callable[[str, Appraisal], None] = lambda style, appraisal: None,
) -> dict[str, Appraisal]:
    """Measure every style of a bundle and write the result into its card.

    Args:
        path: The bundle; it is rewritten, the weights as they are.
        photographs: Never trained on.
        paintings: Folder that holds the paintings under the file names of the card.
        network: VGG.
        long_side_px: What the photographs are scaled to; None: as they are.
        device: Where; the CPU by default.
        listen: Called after every style.

    Raises:
        BadInputError: a painting or a photograph is missing, or the card does not say which.
    """
    device = device or torch.device("cpu")
    bundle = load_bundle(path)
    painted, vgg = bundle.network.to(device), network.to(device)
    scenes = [load_scene(photograph, long_side_px).to(device) for photograph in photographs]
    found: dict[str, Appraisal] = {}
    looks = torch.eye(len(bundle.card.names), device=device)
    for (name, painting), look in zip(
        paintings_of(bundle.card, paintings).items(), looks, strict=True
    ):
        likeness = Likeness(vgg, load_painting(painting, PAINTING_PX).to(device))
        found[name] = _appraise_style(_painter(painted, look[None]), likeness, scenes)
        listen(name, found[name])
    results = {name: rounded(appraisal) for name, appraisal in found.items()}
    how = {"long_side_px": long_side_px, "seed": SEED, "photographs": len(photographs)}
    written = {**how, "styles": results}
    card = replace(bundle.card, results=bundle.card.results | {"appraisal": written})
    save_bundle(path, load_bundle(path).network, card)
    return found


def _painter(network: nn.Module, look: Tensor) -> Callable[[Tensor], Tensor]:
    """Return what paints (1, 3, H, W) in [0, 255] in one style, as the engine before rounding."""

    def paint(picture: Tensor) -> Tensor:
        with torch.inference_mode():
            painting: Tensor = network(picture, look)
        return painting.float().clamp(0, 255).clone()

    return paint


def load_scene(path: Path, long_side_px: int | None = None) -> Tensor:
    """Load a photograph as (1, 3, H, W) in [0, 255], scaled to the given longer side, if any.

    Raises:
        BadInputError: it cannot be read, or is too narrow.
    """
    picture = read_rgb(path)
    scale = 1.0 if long_side_px is None else long_side_px / max(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    if min(size) < SMALLEST_SIDE_PX:
        raise BadInputError(
            f"{path} is {picture.shape[1]}x{picture.shape[0]} pixels, and {size[0]}x{size[1]} when "
            f"scaled to be appraised: expected at least {SMALLEST_SIDE_PX} on the shorter side"
        )
    return as_tensor(picture if scale == 1.0 else resized(picture, size))


def noise_gain(paint: Callable[[Tensor], Tensor], scene: Tensor) -> float:
    """Mean change of the painting over mean change of the picture, under camera noise."""
    draw = torch.Generator().manual_seed(SEED)
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


def _appraise_style(
    paint: Callable[[Tensor], Tensor], likeness: Likeness, scenes: Sequence[Tensor]
) -> Appraisal:
    paintings = [paint(scene).round() for scene in scenes]
    pairs = list(zip(scenes, paintings, strict=True))
    return Appraisal(
        structure=fmean(likeness.structure(scene, painting) for scene, painting in pairs),
        texture=fmean(likeness.texture(painting) for painting in paintings),
        noise_gain=fmean(noise_gain(paint, scene) for scene in scenes),
        shift_gain=fmean(shift_gain(paint, scene) for scene in scenes),
    )


def _mean_change(first: Tensor, second: Tensor) -> float:
    return float((first - second).abs().mean())


def rounded(appraisal: Appraisal) -> dict[str, float]:
    """Return the figures as the card holds them."""
    return {name: float(f"{value:.4g}") for name, value in asdict(appraisal).items()}
