"""Two figures for a painted picture: structure of the photograph, texture of the painting.

structure: mean squared distance of VGG features (relu2_2 and relu3_3, mean of both) of photograph
    and picture, every channel brought to mean 0 and variance 1 over the picture first. 0 is the
    photograph, 2 has nothing in common with it (2 - 2 x correlation). Colour and contrast of the
    style cost nothing, lost edges and faces do.
texture: relative squared error of the Gram matrices (relu1_2, relu2_2, relu3_3), averaged over
    three octaves (the picture at full, half and quarter size) and the layers. 0 is the painting.

They are for comparing networks, other people's too, so they depend on no recipe of training. They
depend on the loss network: figures are compared for the same VGG weights only.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from train.loss.loss_network import LossNetwork
from train.loss.octave_loss import texture_error
from train.loss.perceptual_loss import gram_matrix

STRUCTURE_LAYERS = ("relu2_2", "relu3_3")
TEXTURE_LAYERS = ("relu1_2", "relu2_2", "relu3_3")
OCTAVES = 3
PAINTING_PX = 384
"""Shorter side of the painting whose texture is the aim."""


@dataclass(frozen=True)
class Likeness:
    """Measures pictures against one painting.

    Args:
        network: VGG-16 or VGG-19.
        painting: (1, 3, H, W) in [0, 255], PAINTING_PX on its shorter side.
    """

    network: LossNetwork
    painting: Tensor

    @torch.no_grad()
    def structure(self, photograph: Tensor, picture: Tensor) -> float:
        """Compare (1, 3, H, W) in [0, 255], of one size, with the photograph."""
        wanted, found = (self.network(x, STRUCTURE_LAYERS) for x in (photograph, picture))
        errors = [
            F.mse_loss(_normalised(found[layer]), _normalised(wanted[layer]))
            for layer in STRUCTURE_LAYERS
        ]
        return float(torch.stack(errors).mean())

    @torch.no_grad()
    def texture(self, picture: Tensor) -> float:
        """Compare (1, 3, H, W) in [0, 255] with the painting."""
        pairs = zip(self._grams(picture), self._grams(self.painting), strict=True)
        return float(torch.cat([texture_error(*pair) for pair in pairs]).mean())

    def _grams(self, picture: Tensor) -> list[Tensor]:
        grams = []
        for octave in range(OCTAVES):
            picture = F.avg_pool2d(picture, 2) if octave else picture
            found = self.network(picture, TEXTURE_LAYERS)
            grams += [gram_matrix(found[layer]) for layer in TEXTURE_LAYERS]
        return grams


def _normalised(features: Tensor) -> Tensor:
    middle = features.mean((2, 3), keepdim=True)
    return (features - middle) / (features.std((2, 3), keepdim=True) + 1e-3)
