"""The loss of the recipe `pleinair`: structure of the photograph, texture of the painting.

Both are read off VGG features at three octaves (the picture at full, half and quarter size,
Snelgrove 2017), so that shapes of 100 px belong to the style too. Deep layers are computed at
reduced size only: a quarter of the work, and strokes become larger than hatching.

- Structure: 2 - 2 x correlation of the features of photograph and painting, channel by channel
  (every channel is brought to mean 0 and variance 1 first, a correlation cannot see more). The
  style's own colours and contrast cost nothing, lost edges and faces do. A squared error of raw
  features, as in Johnson et al. 2016, fights the style's statistics instead, and the compromise of
  both is mud.
- Texture: squared error of the Gram matrices (Gatys et al. 2016), relative to the painting's own.

Only second moments of the features are needed for both, so `feature_moments` computes these in one
pass, and no copy of a feature map is ever made: half the time of the same loss written with
normalised maps, where copies cost more than all convolutions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx

from train.loss.loss_network import LossNetwork

Tap = tuple[int, str]
"""Octave (0 = full size) and layer."""

LAYERS: tuple[tuple[str, ...], ...] = (
    ("relu1_2",),
    ("relu1_2", "relu2_2", "relu3_3"),
    ("relu1_2", "relu2_2", "relu3_3"),
)
"""The layers tapped for texture, octave by octave. They end at relu3_3: VGG-16 and VGG-19 both have
it, and its reach at quarter size is about 160 px of the picture."""
STRUCTURE: dict[Tap, float] = {(0, "relu1_2"): 0.4, (1, "relu2_2"): 0.3, (1, "relu3_3"): 0.3}
"""The layers tapped for structure, with their shares."""
FLAT = 1e-2
"""Channels that hardly vary, relative to the others, count less: added to their variance as a part
of the layer's mean square."""
ROWS = 4096
"""Pixels that are multiplied at a time, so that they stay in the processor's cache."""


class Moments(NamedTuple):
    """What is left of a feature map; fp32, differentiable."""

    second: Tensor
    """(N, C, C): inner products of channels, over the number of pixels."""
    mean: Tensor
    """(N, C)."""
    product: Tensor
    """(N, C), with the features that are wanted."""


def feature_moments(features: Tensor, wanted: Tensor | None = None) -> Moments:
    """Return the moments of (N, C, H, W) features, over all pixels.

    Args:
        features: Of a loss network.
        wanted: `normalised_pixels` of others, (N, H W, C); None: the products are 0.
    """
    return Moments(*_FeatureMoments.apply(features, wanted))  # type: ignore[no-untyped-call]


class _FeatureMoments(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx, features: Tensor, wanted: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        pixels = _pixels(features).float()  # (N, P, C)
        count = pixels.shape[1]
        product = pixels.new_zeros(pixels.shape[0], pixels.shape[2])
        if wanted is not None:
            for rows in _row_slices(pixels):
                product += (pixels[:, rows] * wanted[:, rows]).sum(1)
        ctx.save_for_backward(features, wanted)  # type: ignore[arg-type]
        second = pixels.transpose(1, 2) @ pixels / count
        return second, pixels.mean(1), product / count

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None]:
        features, wanted = ctx.saved_tensors  # type: ignore[attr-defined]
        second, mean, product = gradients
        pixels = _pixels(features).float()
        count = pixels.shape[1]
        # One product and two sums in place for all three: no further map is made.
        out = pixels @ ((second + second.transpose(1, 2)) / count)
        out += mean[:, None] / count
        if wanted is not None:
            factor = product[:, None] / count
            for rows in _row_slices(pixels):
                out[:, rows].addcmul_(wanted[:, rows], factor)
        n, channels, height, width = features.shape
        found = out.view(n, height, width, channels).permute(0, 3, 1, 2)
        return found.to(features.dtype), None


def _pixels(features: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, H W, C); a view of channels-last memory."""
    return features.permute(0, 2, 3, 1).flatten(1, 2)


def _row_slices(pixels: Tensor) -> Iterable[slice]:
    step = ROWS if pixels.device.type == "cpu" else pixels.shape[1]
    return (slice(start, start + step) for start in range(0, pixels.shape[1], step))


def normalised_pixels(features: Tensor) -> Tensor:
    """Bring every channel of (N, C, H, W) to mean 0 and variance 1 (see FLAT): (N, H W, C)."""
    pixels = _pixels(features).float()
    mean, square = pixels.mean(1, keepdim=True), pixels.square().mean(1, keepdim=True)
    variance = square - mean.square() + FLAT * square.mean(2, keepdim=True)
    return (pixels - mean) * variance.rsqrt()


def structure_error(moments: Moments, wanted: Tensor) -> Tensor:
    """Mean squared distance of normalised features, mean over channels: 0 to about 4, (N,).

    Args:
        moments: Of the painting's features, with the photograph's `normalised_pixels` as wanted.
        wanted: These, (N, P, C).
    """
    square = moments.second.diagonal(dim1=1, dim2=2)  # (N, C)
    flat = FLAT * square.mean(1, keepdim=True).detach()
    variance = square - moments.mean.square()
    own = variance / (variance + flat)
    theirs = wanted.square().mean(1)
    return (own + theirs - 2 * moments.product * (variance + flat).rsqrt()).mean(1)


def texture_error(moments: Tensor, target: Tensor) -> Tensor:
    """Squared error of Gram matrices over the target's mean square: (N, C, C) x 2 -> (N,)."""
    energy = target.square().mean((1, 2)).clamp_min(1e-12)
    return (moments - target).square().mean((1, 2)) / energy


@dataclass(frozen=True)
class Window:
    """The part of the pictures that is looked at in full size, where small things are."""

    top: int
    left: int
    side: int

    def of(self, pictures: Tensor) -> Tensor:
        """Cut it out of (N, C, H, W)."""
        down, right = slice(self.top, self.top + self.side), slice(self.left, self.left + self.side)
        return pictures[..., down, right]


@dataclass(frozen=True)
class Wanted:
    """What the structure of some photographs looks like."""

    features: dict[Tap, Tensor]
    """`normalised_pixels`, (N, P, C)."""
    window: Window | None = None

    def repeated(self, times: int) -> Wanted:
        """Return the same for `times` paintings of every photograph, in order."""
        features = {tap: f.repeat_interleave(times, 0) for tap, f in self.features.items()}
        return self if times == 1 else Wanted(features, self.window)


@dataclass(frozen=True)
class OctaveLoss:
    """Structure and texture, as seen by VGG at three octaves (see the module)."""

    network: LossNetwork
    half: bool = False
    """Run VGG in bf16; moments and errors are fp32 all the same."""
    layers: tuple[tuple[str, ...], ...] = LAYERS
    """The layers tapped for texture, octave by octave."""

    def style_targets(self, paintings: Iterable[Tensor]) -> list[Tensor]:
        """Return Gram matrices of the paintings: one (S, C, C) per octave and layer, in order."""
        rows = []
        for painting in paintings:
            with torch.no_grad():
                octaves = self._octaves(painting, None)
                rows.append([feature_moments(f).second for f in octaves.values()])
        return [torch.cat(column) for column in zip(*rows, strict=True)]

    def content_target(self, photographs: Tensor, window: Window | None = None) -> Wanted:
        """Return what the structure of (N, 3, H, W) photographs looks like."""
        with torch.no_grad():
            found = self._octaves(photographs, window, octaves=2)
        return Wanted({tap: normalised_pixels(found[tap]) for tap in STRUCTURE}, window)

    def terms(
        self, painted: Tensor, wanted: Wanted, targets: list[Tensor], style: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Judge painted (N, 3, H, W) pictures in about [0, 255].

        Args:
            painted: What the transform network made.
            wanted: From `content_target` of the photographs that it was given.
            targets: From `style_targets`.
            style: (N,) index of the style that each picture was painted in.

        Returns:
            The texture term, summed over octaves and layers, and the structure term; both (N,).
        """
        structure = texture = torch.zeros(len(painted), device=painted.device)
        found = self._octaves(painted, wanted.window)
        for (tap, features), target in zip(found.items(), targets, strict=True):
            like = wanted.features.get(tap)
            moments = feature_moments(features, like)
            texture = texture + texture_error(moments.second, target[style])
            if like is not None:
                structure = structure + STRUCTURE[tap] * structure_error(moments, like)
        return texture, structure

    def _octaves(
        self, pictures: Tensor, window: Window | None, octaves: int | None = None
    ) -> dict[Tap, Tensor]:
        """Features (N, C, H, W) of every tap; full size in the window only, if there is one."""
        found: dict[Tap, Tensor] = {}
        for octave, layers in enumerate(self.layers[:octaves]):
            if octave:
                pictures = F.avg_pool2d(pictures, 2)
            part = pictures if octave or window is None else window.of(pictures)
            with torch.autocast(pictures.device.type, torch.bfloat16, enabled=self.half):
                features = self.network(part, layers)
            found |= {(octave, layer): features[layer] for layer in layers}
        return found
