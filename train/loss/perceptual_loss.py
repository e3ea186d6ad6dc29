"""The perceptual losses that others published, and the small terms of all recipes.

Gatys et al. 2016 (content, Gram matrices), Johnson et al. 2016. How the terms are scaled differs
from code to code: `FORMULAS`. The loss of the recipe `pleinair` is `octave_loss.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from train.loss.loss_network import LossNetwork
from train.loss.octave_loss import Wanted, Window
from train.settings import FormulaName


def gram_matrix(features: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, C): inner products of channels over the picture, divided by H W."""
    n, channels, height, width = features.shape
    flat = features.reshape(n, channels, height * width)
    return flat @ flat.transpose(1, 2) / (height * width)


def gram_matrix_per_channel(features: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, C): as `gram_matrix`, divided by the channels as well."""
    return gram_matrix(features) / features.shape[1]


def mean_square(value: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance per picture: (N, ...) x 2 -> (N,)."""
    return (value - target).square().flatten(1).mean(1)


@dataclass(frozen=True)
class Formula:
    """How Gram matrices and distances are scaled; the layers are summed."""

    gram: Callable[[Tensor], Tensor]
    """Features (N, C, H, W) -> Gram matrices (N, C, C)."""
    style: Callable[[Tensor, Tensor, Tensor], Tensor]
    """Gram matrices, their targets, the features they came from -> (N,)."""
    content: Callable[[Tensor, Tensor], Tensor]
    """Features and their targets -> (N,)."""


def _article_style(gram: Tensor, target: Tensor, features: Tensor) -> Tensor:
    # losses.py:80-89 divides by the size of the feature map, N * H * W * C, not of the matrix.
    return (gram - target).square().sum((1, 2)) / features[0].numel()


FORMULAS: dict[FormulaName, Formula] = {
    # hzy46/fast-neural-style-tensorflow, losses.py: l2_loss * 2 / size, summed over layers.
    "article": Formula(gram_matrix_per_channel, _article_style, mean_square),
    # Johnson et al. 2016 and pytorch/examples: mean squares throughout, summed over layers.
    "johnson": Formula(gram_matrix_per_channel, lambda g, t, f: mean_square(g, t), mean_square),
}


def total_variation(pictures: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels, in units of the full range; a scalar."""
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).abs().mean()
    right = (pictures[..., 1:] - pictures[..., :-1]).abs().mean()
    return (down + right) / 255


def squared_variation(pictures: Tensor) -> Tensor:
    """Half the sum of squared differences of neighbours: what Johnson's TV layer descends."""
    inner = pictures[..., :-1, :-1]
    right, down = pictures[..., :-1, 1:], pictures[..., 1:, :-1]
    return ((inner - right).square().sum() + (inner - down).square().sum()) / 2


def out_of_range(pictures: Tensor) -> Tensor:
    """Mean square of what lies outside [0, 255], in units of the full range; a scalar."""
    return (pictures - pictures.clamp(0, 255)).square().mean() / 255**2


def pixel_error(painting: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared difference of two pictures, in units of the full range; a scalar."""
    return (painting - wanted).square().mean() / 255**2


def imitation_error(painting: Tensor, example: Tensor) -> Tensor:
    """Mean difference of two pictures at full, half and quarter size, over the range; a scalar.

    The plain mean, not that of squares: a stroke drawn a little beside its place should not be
    punished so much that the pupil rather draws none.
    """
    total = torch.zeros((), device=painting.device)
    for octave in range(3):
        if octave:
            painting, example = F.avg_pool2d(painting, 2), F.avg_pool2d(example, 2)
        total = total + (painting - example).abs().mean() / 255
    return total


class PerceptualLoss(Protocol):
    """What judges paintings: `OctaveLoss`, or `LayerLoss`, as others published it."""

    @property
    def network(self) -> LossNetwork:
        """The loss network, to be moved to a device."""

    def style_targets(self, paintings: Iterable[Tensor]) -> list[Tensor]:
        """Return Gram matrices of the paintings, (S, C, C) each."""

    def content_target(self, photographs: Tensor, window: Window | None = None) -> Wanted:
        """Return what the content of (N, 3, H, W) photographs looks like."""

    def terms(
        self, painted: Tensor, wanted: Wanted, targets: list[Tensor], style: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Judge (N, 3, H, W) paintings: the style term and the content term, both (N,)."""


@dataclass(frozen=True)
class LayerLoss:
    """Content at one layer, style at several, all at full size: the published recipes."""

    network: LossNetwork
    style_layers: tuple[str, ...]
    content_layer: str
    formula: Formula
    half: bool = False
    """Run the loss network in bf16; Gram matrices and distances are fp32 all the same."""

    def style_targets(self, paintings: Iterable[Tensor]) -> list[Tensor]:
        """Return Gram matrices of the paintings: one (S, C, C) per layer, in order."""
        rows = []
        for painting in paintings:
            with torch.no_grad():
                found = self._features(painting, self.style_layers)
                rows.append([self.formula.gram(found[layer]) for layer in self.style_layers])
        return [torch.cat(column) for column in zip(*rows, strict=True)]

    def content_target(self, photographs: Tensor, window: Window | None = None) -> Wanted:
        """Return what the content of (N, 3, H, W) photographs looks like, all of it."""
        del window
        with torch.no_grad():
            found = self._features(photographs, (self.content_layer,))
        return Wanted({(0, self.content_layer): found[self.content_layer]})

    def terms(
        self, painted: Tensor, wanted: Wanted, targets: list[Tensor], style: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Judge painted (N, 3, H, W) pictures; see `OctaveLoss.terms`."""
        found = self._features(painted, (*self.style_layers, self.content_layer))
        styles = [
            self.formula.style(self.formula.gram(found[layer]), target[style], found[layer])
            for layer, target in zip(self.style_layers, targets, strict=True)
        ]
        content = wanted.features[0, self.content_layer]
        return torch.stack(styles).sum(0), self.formula.content(found[self.content_layer], content)

    def _features(self, pictures: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        with torch.autocast(pictures.device.type, torch.bfloat16, enabled=self.half):
            found = self.network(pictures, layers)
        return {layer: features.float() for layer, features in found.items()}
