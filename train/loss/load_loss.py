"""Loads loss networks, and the perceptual loss of a run."""

from __future__ import annotations

from pathlib import Path

import torch

from realtime.errors import BadInputError
from train.loss.loss_network import LossNetwork, load_distilled, load_torchvision_vgg, load_vgg
from train.loss.octave_loss import LAYERS, OctaveLoss
from train.loss.perceptual_loss import FORMULAS, LayerLoss, PerceptualLoss
from train.settings import TrainSettings


def load_loss(source: Path | None, settings: TrainSettings) -> PerceptualLoss:
    """Load VGG and the loss that a run's recipe computes with it.

    Args:
        source: A folder with `vgg*.safetensors` or `vgg*.pth` files, one weights file, or None for
            torchvision's VGG-16, downloaded once.
        settings: The run.

    Raises:
        BadInputError: no weights there, not VGG, or they end before a layer that is needed.
    """
    half = settings.precision == "bf16"
    if settings.formula == "octaves":
        return load_octave_loss(source, half=half, fine_layers=settings.fine_layers)
    vgg = _load(source)
    _require(vgg, (*settings.style_layers, settings.content_layer), source, settings.recipe)
    return LayerLoss(
        vgg, settings.style_layers, settings.content_layer, FORMULAS[settings.formula], half
    )


def load_octave_loss(
    source: Path | None, *, half: bool = False, fine_layers: tuple[str, ...] = LAYERS[0]
) -> OctaveLoss:
    """Load VGG and the loss of the recipe `pleinair`; see `load_loss`."""
    vgg = _load(source)
    _require(vgg, (*fine_layers, *LAYERS[-1]), source, "pleinair")
    if half:
        vgg.stages.to(torch.bfloat16)  # once, not at every call
    return OctaveLoss(vgg, half, (fine_layers, *LAYERS[1:]))


def load_loss_networks(source: Path | None) -> list[LossNetwork]:
    """Load all that a folder holds: VGG and, where there is one, its distilled, deeper copy."""
    vgg, *others = _files(source)
    networks = [load_torchvision_vgg() if vgg is None else load_vgg(vgg)]
    return networks + [load_distilled(path) for path in others if path is not None]


def _load(source: Path | None) -> LossNetwork:
    file = _files(source)[0]
    return load_torchvision_vgg() if file is None else load_vgg(file)


def _files(source: Path | None) -> list[Path | None]:
    """Real VGG weights first, then distilled ones; [None] for torchvision's."""
    if source is None or source.is_file():
        return [source]
    if not source.exists():
        raise BadInputError(f"no weights file or folder at {source}")
    files = sorted(path for path in source.glob("vgg*") if path.suffix in (".safetensors", ".pth"))
    real = [path for path in files if "distilled" not in path.name]
    if not real:
        raise BadInputError(f"no VGG weights (vgg*.safetensors or vgg*.pth) in {source}")
    return [real[0], *(path for path in files if path not in real)]


def _require(vgg: LossNetwork, layers: tuple[str, ...], source: Path | None, recipe: str) -> None:
    if missing := [layer for layer in layers if layer not in vgg.layers]:
        raise BadInputError(
            f"the recipe {recipe} taps VGG at {', '.join(missing)}, but the weights in "
            f"{source} end at {vgg.layers[-1]}: give whole VGG-16 features with --vgg, or use "
            "--recipe pleinair, which needs no more than relu3_3"
        )
