"""The loss of Neural Style (Gatys et al. 2016, arXiv:1508.06576), and its settings.

Content is compared at relu4_2, style by Gram matrices at relu1_1 ... relu5_1, each where the
weights at hand reach; total variation keeps the picture calm. Each term is divided by the energy of
its target, so that one set of weights serves every painting and every loss network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from realtime.errors import BadInputError
from train.loss.loss_network import LossNetwork
from train.loss.perceptual_loss import gram_matrix, total_variation

CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")

Optimiser = Literal["lbfgs", "adam"]
Start = Literal["content", "noise"]


@dataclass(frozen=True, kw_only=True)
class GatysSettings:
    """How a picture is painted."""

    steps: int = 200
    """Evaluations of loss and gradient, over all levels: what costs time. A step of Adam is one; an
    iteration of L-BFGS is one or more, as its line search needs."""
    optimiser: Optimiser = "lbfgs"
    start: Start = "content"
    learning_rate: float = 5.0
    """Adam only: levels of 255 per step."""
    content_weight: float = 1.0
    style_weight: float = 50.0
    tv_weight: float = 1.0
    levels: int = 3
    """Sizes painted one after another, each twice the one before; 1 is the method as published."""
    seed: int = 1
    """Of the noise to start from; nothing else is random."""

    def __post_init__(self) -> None:
        weights = (self.content_weight, self.style_weight, self.tv_weight)
        if not all(0 <= weight < float("inf") for weight in weights) or not any(weights[:2]):
            raise BadInputError(
                "weights must be 0 or more, and content or style above 0; got content "
                f"{weights[0]:g}, style {weights[1]:g}, total variation {weights[2]:g}"
            )
        if self.steps < 1 or self.levels < 1 or not self.learning_rate > 0:
            raise BadInputError(
                "steps and levels must be at least 1 and the learning rate above 0, got "
                f"{self.steps}, {self.levels}, {self.learning_rate:g}"
            )


def find_taps(networks: Sequence[LossNetwork]) -> tuple[tuple[int, str], list[tuple[int, str]]]:
    """Choose where to tap: the first network that has a layer is the one that is asked for it.

    Returns:
        (network index, layer) of the content: relu4_2, or else the deepest layer there is; and the
        same of every style layer that some network reaches.
    """

    def owner(layer: str) -> list[tuple[int, str]]:
        return [(i, layer) for i, network in enumerate(networks) if layer in network.layers][:1]

    deepest = max(network.layers[-1] for network in networks)  # reluB_I sorts as it reads
    (content,) = owner(CONTENT_LAYER) or owner(deepest)
    style = [tap for layer in STYLE_LAYERS for tap in owner(layer)]
    if not style:
        raise BadInputError(f"the loss network has none of {', '.join(STYLE_LAYERS)}")
    return content, style


class GatysLoss:
    """The method's loss for one photograph and one painting; both (1, 3, H, W) in [0, 255]."""

    def __init__(
        self,
        networks: Sequence[LossNetwork],
        photograph: Tensor,
        painting: Tensor,
        settings: GatysSettings,
    ) -> None:
        self.networks, self.settings = networks, settings
        self.content, self.style = find_taps(networks)
        with torch.no_grad():
            self.wanted = self._features(photograph, [self.content])[self.content]
            found = self._features(painting, self.style)
            self.grams = {tap: gram_matrix(found[tap]) for tap in self.style}

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Judge a (1, 3, H, W) picture: the weighted terms `content`, `style` and `tv`."""
        found = self._features(picture, [self.content, *self.style])
        style = [_relative(gram_matrix(found[tap]), self.grams[tap]) for tap in self.style]
        return {
            "content": self.settings.content_weight * _relative(found[self.content], self.wanted),
            "style": self.settings.style_weight * torch.stack(style).mean(),
            "tv": self.settings.tv_weight * total_variation(picture),
        }

    def _features(
        self, picture: Tensor, taps: Sequence[tuple[int, str]]
    ) -> dict[tuple[int, str], Tensor]:
        features: dict[tuple[int, str], Tensor] = {}
        for index, network in enumerate(self.networks):
            if layers := {layer for i, layer in taps if i == index}:
                found = network(picture, layers)
                features |= {(index, layer): found[layer] for layer in layers}
        return features


def _relative(value: Tensor, target: Tensor) -> Tensor:
    return (value - target).square().mean() / target.square().mean().clamp_min(1e-12)
