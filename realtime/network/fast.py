"""`fast`: a compact network for laptops that knows many styles; `quality`: the same, larger.

Five ideas keep it small and its pictures clean:

- the stem looks at the picture through overlapping, centred 8x8 windows of stride 4: nothing is
  thrown away unseen, and nearly all later work happens on a sixteenth of the pixels;
- a residual trunk at an eighth of the size gives strokes their reach (about 60 px each way); its
  answer is smoothed, so that its grid cannot show;
- detail bypasses the trunk through a sum at a quarter of the size;
- two sub-pixel convolutions bring the picture back; they are built so that flat stays flat and
  slopes stay smooth, and the ReLU between them, at half the size, lets edges be sharp;
- the output is linear and clamped afterwards, without tanh, which would dull the colours.

Styles live in the scale and shift of conditional instance norm, N styles in one network.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.layers import (
    ConditionalInstanceNorm,
    ReflectConv,
    SmoothConv,
    SubPixelConv,
)
from realtime.network.pixels import crop_to, pad_to_multiple, rough_mean

BLOCK_PX = 4
MULTIPLE_PX = 8
CENTRE = 127.5
"""Pixels enter as (x - 127.5) / 127.5 and leave the same way."""


class StyledConv(nn.Module):
    """Convolution, conditional instance norm, ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, styles: int, *, stride: int, epsilon: float
    ) -> None:
        super().__init__()
        self.conv = ReflectConv(inputs, outputs, kernel, stride=stride)
        self.norm = ConditionalInstanceNorm(outputs, styles, epsilon=epsilon)

    def forward(self, x: Tensor, style_weights: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', H/stride, W/stride)."""
        return F.relu(self.norm(self.conv(x), style_weights))


class StyledResidualBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))): the styled form of a residual block."""

    def __init__(self, channels: int, styles: int, *, epsilon: float) -> None:
        super().__init__()
        self.inner = StyledConv(channels, channels, 3, styles, stride=1, epsilon=epsilon)
        self.conv = ReflectConv(channels, channels, 3)
        self.norm = ConditionalInstanceNorm(channels, styles, epsilon=epsilon)

    def forward(self, x: Tensor, style_weights: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        y: Tensor = self.norm(self.conv(self.inner(x, style_weights)), style_weights)
        return x + y


class FastNetwork(nn.Module):
    """A small N-style transform network (see the module docstring)."""

    def __init__(
        self, *, styles: int, width: int, trunk_width: int, blocks: int, epsilon: float
    ) -> None:
        super().__init__()

        def styled(inputs: int, outputs: int, kernel: int, stride: int) -> StyledConv:
            return StyledConv(inputs, outputs, kernel, styles, stride=stride, epsilon=epsilon)

        self.takes_pixels = False
        """Set by folding: the scaling from and to pixels is part of the first and last weights, and
        frames are centred on their own mean."""
        self.stem = styled(3, width, 2 * BLOCK_PX, BLOCK_PX)
        self.down = styled(width, trunk_width, 3, 2)
        self.trunk = nn.ModuleList(
            StyledResidualBlock(trunk_width, styles, epsilon=epsilon) for _ in range(blocks)
        )
        self.up: ReflectConv = SmoothConv(trunk_width, width)
        self.up_norm = ConditionalInstanceNorm(width, styles, epsilon=epsilon)
        self.merge = styled(width, width, 3, 1)
        self.enlarge = SubPixelConv(width, width // 3)
        self.end = SubPixelConv(width // 3, 3)

    def forward(self, frames: Tensor, style_weights: Tensor) -> Tensor:
        """Paint (N, 3, H, W) RGB in [0, 255], H and W >= 16.

        Args:
            frames: The pictures.
            style_weights: (N, S), one row per picture: how much of each style; rows sum to 1.

        Returns:
            The same shape, in about [0, 255]: values may overshoot and want clamping.
        """
        height, width = frames.shape[-2:]
        x = frames - rough_mean(frames) if self.takes_pixels else (frames - CENTRE) / CENTRE
        x = pad_to_multiple(x, MULTIPLE_PX)
        detail = self.stem(x, style_weights)  # (N, width, H/4, W/4)
        y = self.down(detail, style_weights)  # (N, trunk_width, H/8, W/8)
        for block in self.trunk:
            y = block(y, style_weights)
        y = self.up_norm(self.up(y), style_weights)
        y = F.interpolate(y, scale_factor=2.0, mode="bilinear", align_corners=False)
        y = F.relu(y + detail)
        y = self.merge(y, style_weights)
        y = F.relu(self.enlarge(y))  # (N, width / 3, H/2, W/2)
        y = self.end(y)
        return crop_to(y if self.takes_pixels else y * CENTRE + CENTRE, height, width)
