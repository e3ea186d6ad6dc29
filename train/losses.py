"""What makes a painting good: the content of the photograph, the texture of the style, calm.

Sources: Gatys et al. 2016 (content, Gram matrices), Johnson et al. 2016 (perceptual losses),
Snelgrove 2017 (octaves). How the terms are scaled differs from code to code: `FORMULAS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from train.loss_network import LossNetwork
from train.settings import FormulaName


def gram_matrix(features: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, C): how often two features meet, averaged over the picture."""
    n, channels, height, width = features.shape
    flat = features.reshape(n, channels, height * width)
    return flat @ flat.transpose(1, 2) / (height * width)


def gram_matrix_per_channel(features: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, C): as `gram_matrix`, divided by the channels as well."""
    return gram_matrix(features) / features.shape[1]


def relative_error(value: Tensor, target: Tensor) -> Tensor:
    """Squared distance over the target's energy, per picture: (N, ...) x 2 -> (N,)."""
    axes = tuple(range(1, target.dim()))
    energy = target.square().mean(axes).clamp_min(1e-12)
    return (value - target).square().mean(axes) / energy


def mean_square(value: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance per picture: (N, ...) x 2 -> (N,)."""
    return (value - target).square().flatten(1).mean(1)


@dataclass(frozen=True)
class Formula:
    """How Gram matrices and distances are scaled, and what becomes of several layers."""

    gram: Callable[[Tensor], Tensor]
    """Features (N, C, H, W) -> Gram matrices (N, C, C)."""
    style: Callable[[Tensor, Tensor, Tensor], Tensor]
    """Gram matrices, their targets, the features they came from -> (N,)."""
    content: Callable[[Tensor, Tensor], Tensor]
    """Features and their targets -> (N,)."""
    mean_of_layers: bool
    """Style terms of all layers are averaged, else summed."""


def _article_style(gram: Tensor, target: Tensor, features: Tensor) -> Tensor:
    # losses.py:80-89 divides by the size of the feature map, N * H * W * C, not of the matrix.
    return (gram - target).square().sum((1, 2)) / features[0].numel()


FORMULAS: dict[FormulaName, Formula] = {
    # Ours: every term over the energy of its target, so that weights mean the same for every layer
    # and every painting.
    "relative": Formula(gram_matrix, lambda g, t, f: relative_error(g, t), relative_error, True),
    # hzy46/fast-neural-style-tensorflow, losses.py: l2_loss * 2 / size, summed over layers.
    "article": Formula(gram_matrix_per_channel, _article_style, mean_square, False),
    # Johnson et al. 2016 and pytorch/examples: mean squares throughout, summed over layers.
    "johnson": Formula(
        gram_matrix_per_channel, lambda g, t, f: mean_square(g, t), mean_square, False
    ),
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


def instability(painting: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared difference of two paintings that should be one, in units of the full range."""
    return (painting - wanted).square().mean() / 255**2


@dataclass(frozen=True)
class Judge:
    """A loss network and where to tap it."""

    network: LossNetwork
    style_layers: tuple[str, ...]
    content_layer: str | None = None
    octaves: int = 1
    """Pictures are judged at full size, half size, ...: the reach of deeper layers, cheaply."""
    formula: Formula = FORMULAS["relative"]
    half: bool = False
    """Run the loss network in bf16; Gram matrices and distances are fp32 all the same."""

    def style_targets(self, paintings: Iterable[Tensor]) -> list[Tensor]:
        """Return Gram matrices of the paintings: one (S, C, C) per octave and layer, in order."""
        rows = []
        for painting in paintings:
            with torch.no_grad():
                tapped, _ = self._tap(painting)
                rows.append([self.formula.gram(features) for features in tapped])
        return [torch.cat(column) for column in zip(*rows, strict=True)]

    def content_target(self, photographs: Tensor) -> Tensor | None:
        """Return what the content of (N, 3, H, W) photographs looks like; None if not asked for."""
        if self.content_layer is None:
            return None
        with torch.no_grad(), self._precision(photographs):
            found: Tensor = self.network(photographs, [self.content_layer])[self.content_layer]
        return found.float()

    def terms(
        self, painted: Tensor, content: Tensor | None, targets: list[Tensor], style: Tensor
    ) -> tuple[list[Tensor], Tensor | None]:
        """Judge painted (N, 3, H, W) pictures.

        Args:
            painted: What the transform network made, in about [0, 255].
            content: From `content_target` of the photographs that it was given.
            targets: From `style_targets`.
            style: (N,) index of the style that each picture was painted in.

        Returns:
            The style terms, each (N,), one per octave and layer; and the content term, a scalar, if
            this judge has one.
        """
        tapped, features = self._tap(painted)
        style_terms = [
            self.formula.style(self.formula.gram(found), target[style], found)
            for found, target in zip(tapped, targets, strict=True)
        ]
        if features is None or content is None:
            return style_terms, None
        return style_terms, self.formula.content(features, content).mean()

    def _precision(self, pictures: Tensor) -> torch.autocast:
        return torch.autocast(pictures.device.type, torch.bfloat16, enabled=self.half)

    def _tap(self, pictures: Tensor) -> tuple[list[Tensor], Tensor | None]:
        """Features at the style layers of every octave, and at the content layer; in fp32."""
        tapped, content = [], None
        for octave in range(self.octaves):
            layers = [*self.style_layers]
            if octave:
                pictures = F.avg_pool2d(pictures, 2)
            elif self.content_layer is not None:
                layers.append(self.content_layer)
            with self._precision(pictures):
                found = self.network(pictures, layers)
            if not octave and self.content_layer is not None:
                content = found[self.content_layer].float()
            tapped += [found[layer].float() for layer in self.style_layers]
        return tapped, content


def content_targets(judges: Iterable[Judge], photographs: Tensor) -> list[Tensor | None]:
    """Return what each judge sees in (N, 3, H, W) photographs: the content to keep."""
    return [judge.content_target(photographs) for judge in judges]


def judge_all(
    judges: Iterable[Judge],
    targets: Iterable[list[Tensor]],
    painted: Tensor,
    content: Iterable[Tensor | None],
    style: Tensor,
) -> tuple[Tensor, Tensor]:
    """Ask several judges at once; returns the style term (N,) and the content term, a scalar.

    The judges must share a formula; see `Judge.terms` for the arguments.
    """
    styles, contents, mean = [], [], True
    for judge, grams, features in zip(judges, targets, content, strict=True):
        style_terms, content_term = judge.terms(painted, features, grams, style)
        styles += style_terms
        contents += [content_term] if content_term is not None else []
        mean = judge.formula.mean_of_layers
    layers = torch.stack(styles)
    return layers.mean(0) if mean else layers.sum(0), torch.stack(contents).mean()
