"""`fast` and `quality`: one plan in two sizes, a U-Net whose styles are rows of numbers.

    size   1        1/2         1/4         1/8         1/4       1/2      1
    frame -> stem -> down1 -> down2 -> trunk -> up1 ----> up2 ----> end -> painting
               |        |                        |         |
               |        +------------------------+         |
               +-------------------------------------------+

Ronneberger et al. 2015 (skips), Johnson et al. 2016 (residual trunk), Dumoulin et al. 2017
(conditional instance norm). What decides about the pictures:

- the skip at *half* the picture's size keeps faces; a trunk at an eighth gives strokes their reach
  (about 90 px each way with five blocks);
- whatever comes up from a coarser level is smoothed (`SmoothConv`), and the last layer makes its
  blocks of 2x2 pixels under the rules of `SubPixelConv`: no level can print its own grid;
- the output is linear and clamped afterwards, without tanh, which would dull the colours.

Styles live in the scale and shift of conditional instance norm: N styles in one network.
"""

from __future__ import annotations

import copy

import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.base import Graph, Rows, TransformNetwork
from realtime.network.config import TransformerConfig
from realtime.network.layers import (
    ConditionalInstanceNorm,
    ReflectConv,
    SmoothConv,
    SubPixelConv,
    instance_norm,
    write_centred,
)
from realtime.network.pixels import pad_to_multiple, rough_mean

EPSILON = 0.1
"""Their kernels are large, so of a photograph no channel varies by less
than 2 before its norm, and 0.1 changes the painting by less than a level. Of a flat frame only
rounding is left: with 1e-5, norm after norm blew it up to a picture that differed by 100 levels
from engine to engine."""
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

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add it to a graph."""
        return graph.add("Relu", self.norm.write(graph, self.conv.write(graph, x), rows))


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

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add it to a graph."""
        with graph.scope("inner"):
            y = self.inner.write(graph, x, rows)
        return graph.add("Add", x, self.norm.write(graph, self.conv.write(graph, y), rows))


class StyledUp(nn.Module):
    """From a coarse level to the next finer one: fewer channels, x2, plus the skip, merged."""

    def __init__(self, inputs: int, outputs: int, styles: int, *, epsilon: float) -> None:
        super().__init__()
        self.conv: ReflectConv = SmoothConv(inputs, outputs)
        self.norm = ConditionalInstanceNorm(outputs, styles, epsilon=epsilon)
        self.merge = StyledConv(outputs, outputs, 3, styles, stride=1, epsilon=epsilon)

    def forward(self, x: Tensor, skip: Tensor, style_weights: Tensor) -> Tensor:
        """(N, C, H, W) and a skip (N, C', 2H, 2W) -> (N, C', 2H, 2W)."""
        scale, shift = self.norm.rows(style_weights)  # (N, C')
        x = instance_norm(self.conv(x), self.norm.epsilon)
        # Scaled and shifted after it is enlarged, which is the same but for rounding: of a flat
        # frame zeros are enlarged, exactly, instead of shifts with errors that the norms to come
        # would blow up to a picture of its own in each engine.
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = x * scale[:, :, None, None] + shift[:, :, None, None]
        merged: Tensor = self.merge(F.relu(x + skip), style_weights)
        return merged

    def write(self, graph: Graph, x: str, skip: str, rows: Rows) -> str:
        """Add it, folded, to a graph."""
        scale, shift = rows[self.norm]
        x = self.conv.write(graph, x)
        x = graph.instance_norm(x, self.norm.scale.shape[1], self.norm.epsilon)
        x = graph.double_bilinear(x)
        x = graph.add("Add", graph.add("Mul", x, scale), shift)
        x = graph.add("Relu", graph.add("Add", x, skip))
        with graph.scope("merge"):
            return self.merge.write(graph, x, rows)


class StyledUNet(TransformNetwork):
    """An N-style transform network (see the module docstring).

    Args:
        styles: How many styles it knows.
        widths: Channels at a half, a quarter and an eighth of the picture's size.
        blocks: Residual blocks at an eighth.
        epsilon: Of the instance norms.
    """

    multiple_px = MULTIPLE_PX

    def __init__(
        self, *, styles: int, widths: tuple[int, int, int], blocks: int, epsilon: float
    ) -> None:
        super().__init__()
        half, quarter, eighth = widths

        def styled(inputs: int, outputs: int, kernel: int) -> StyledConv:
            return StyledConv(inputs, outputs, kernel, styles, stride=2, epsilon=epsilon)

        self.takes_pixels = False
        """Set by `folded`: the scaling from and to pixels is part of the first and last weights,
        and frames are centred on their own mean."""
        self.stem = styled(3, half, 6)
        self.down1 = styled(half, quarter, 4)
        self.down2 = styled(quarter, eighth, 4)
        self.trunk = nn.ModuleList(
            StyledResidualBlock(eighth, styles, epsilon=epsilon) for _ in range(blocks)
        )
        self.up1 = StyledUp(eighth, quarter, styles, epsilon=epsilon)
        self.up2 = StyledUp(quarter, half, styles, epsilon=epsilon)
        self.end = SubPixelConv(half, 3)

    @classmethod
    def of(cls, config: TransformerConfig) -> StyledUNet:
        """Build the network of a config."""
        return cls(
            styles=config.styles, widths=config.widths, blocks=config.blocks,
            epsilon=config.epsilon,
        )  # fmt: skip

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
        half = self.stem(x, style_weights)  # (N, a, H/2, W/2)
        quarter = self.down1(half, style_weights)  # (N, b, H/4, W/4)
        y = self.down2(quarter, style_weights)  # (N, c, H/8, W/8)
        for block in self.trunk:
            y = block(y, style_weights)
        y = self.up1(y, quarter, style_weights)  # (N, b, H/4, W/4)
        y = self.up2(y, half, style_weights)  # (N, a, H/2, W/2)
        y = self.end(y)  # (N, 3, H, W)
        painting: Tensor = y if self.takes_pixels else y * CENTRE + CENTRE
        return painting[..., :height, :width]

    def folded(self) -> StyledUNet:
        """Fold pixel scaling into the first and last weights, and derived kernels into plain ones.

        The stem's instance norm removes any constant, so only the factor has to be folded in, and
        frames can be centred on their own mean: one of little contrast keeps its digits in half
        precision.
        """
        folded = copy.deepcopy(self).eval()
        folded.end.constrain()
        folded.stem.conv.weight.data /= CENTRE
        folded.end.weight.data *= CENTRE
        folded.end.bias.data = folded.end.bias.data * CENTRE + CENTRE
        folded.takes_pixels = True
        for up in (folded.up1, folded.up2):
            assert isinstance(up.conv, SmoothConv)
            up.conv = up.conv.plain()
        return folded

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add the folded network to a graph; H and W must divide by 8."""
        assert self.takes_pixels
        x = write_centred(graph, x)
        with graph.scope("stem"):
            half = self.stem.write(graph, x, rows)
        with graph.scope("down1"):
            quarter = self.down1.write(graph, half, rows)
        with graph.scope("down2"):
            y = self.down2.write(graph, quarter, rows)
        for number, block in enumerate(self.trunk):
            assert isinstance(block, StyledResidualBlock)
            with graph.scope(f"trunk{number}"):
                y = block.write(graph, y, rows)
        with graph.scope("up1"):
            y = self.up1.write(graph, y, quarter, rows)
        with graph.scope("up2"):
            y = self.up2.write(graph, y, half, rows)
        with graph.scope("end"):
            return self.end.write(graph, y)
