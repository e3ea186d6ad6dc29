"""What makes a painting good: the content of the photograph, the texture of the style, calm.

Sources: Gatys et al. 2016 (content, Gram matrices), Johnson et al. 2016 (perceptual losses),
Snelgrove 2017 (octaves). Every term is divided by the energy of its target, so that weights mean
the same for every layer and every painting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from train.loss_network import LossNetwork


def gram_matrix(features: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, C): how often two features meet, averaged over the picture."""
    n, channels, height, width = features.shape
    flat = features.reshape(n, channels, height * width)
    return flat @ flat.transpose(1, 2) / (height * width)


def relative_error(value: Tensor, target: Tensor) -> Tensor:
    """Squared distance over the target's energy, per picture: (N, ...) x 2 -> (N,)."""
    axes = tuple(range(1, target.dim()))
    energy = target.square().mean(axes).clamp_min(1e-12)
    return (value - target).square().mean(axes) / energy


def total_variation(pictures: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels, in units of the full range; a scalar."""
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).abs().mean()
    right = (pictures[..., 1:] - pictures[..., :-1]).abs().mean()
    return (down + right) / 255


def out_of_range(pictures: Tensor) -> Tensor:
    """Mean square of what lies outside [0, 255], in units of the full range; a scalar."""
    return (pictures - pictures.clamp(0, 255)).square().mean() / 255**2


def instability(painting: Tensor, disturbed: Tensor) -> Tensor:
    """Mean squared difference of two paintings that should be one, in units of the full range."""
    return (painting - disturbed).square().mean() / 255**2


@dataclass(frozen=True)
class Judge:
    """A loss network and where to tap it."""

    network: LossNetwork
    style_layers: tuple[str, ...]
    content_layer: str | None = None
    octaves: int = 1
    """Pictures are judged at full size, half size, ...: the reach of deeper layers, cheaply."""

    def style_targets(self, paintings: Iterable[Tensor]) -> list[Tensor]:
        """Return Gram matrices of the paintings: one (S, C, C) per octave and layer, in order."""
        rows = []
        for painting in paintings:
            with torch.no_grad():
                rows.append(self._grams(painting)[0])
        return [torch.cat(column) for column in zip(*rows, strict=True)]

    def terms(
        self, painted: Tensor, photographs: Tensor, targets: list[Tensor], style: Tensor
    ) -> tuple[list[Tensor], Tensor | None]:
        """Judge painted (N, 3, H, W) pictures.

        Args:
            painted: What the transform network made, in about [0, 255].
            photographs: What it was given, (N, 3, H, W).
            targets: From `style_targets`.
            style: (N,) index of the style that each picture was painted in.

        Returns:
            The style terms, each (N,), one per octave and layer; and the content term, a scalar, if
            this judge has one.
        """
        grams, features = self._grams(painted)
        style_terms = [
            relative_error(gram, target[style]) for gram, target in zip(grams, targets, strict=True)
        ]
        if features is None or self.content_layer is None:
            return style_terms, None
        with torch.no_grad():
            wanted = self.network(photographs, [self.content_layer])[self.content_layer]
        return style_terms, relative_error(features, wanted).mean()

    def _grams(self, pictures: Tensor) -> tuple[list[Tensor], Tensor | None]:
        grams, content = [], None
        for octave in range(self.octaves):
            layers = [*self.style_layers]
            if octave:
                pictures = F.avg_pool2d(pictures, 2)
            elif self.content_layer is not None:
                layers.append(self.content_layer)
            found = self.network(pictures, layers)
            if not octave and self.content_layer is not None:
                content = found[self.content_layer]
            grams += [gram_matrix(found[layer]) for layer in self.style_layers]
        return grams, content
