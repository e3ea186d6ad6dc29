"""The layers that the transform networks share, and how each is written into a graph.

Rewrites that compute the same with less work: `FoldedBlockConv`; the kernels of `SmoothConv` and
`SubPixelConv`, which are derived from their weights once instead of per frame.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.base import Array, Graph, Rows
from realtime.network.pixels import MEAN_STEP

BLOCK_PX = 2
HALF_PRECISION_EPSILON = 1e-5
"""Smallest safe epsilon in half precision: the seed's 1e-9 is 0 in fp16, and 0/0 paints NaN."""


def instance_norm(
    x: Tensor, epsilon: float, *, scale: Tensor | None = None, shift: Tensor | None = None
) -> Tensor:
    """Normalise every channel of every picture over its own H and W (Ulyanov et al. 2016).

    Args:
        x: Features (N, C, H, W), any float dtype; statistics are taken in fp32 whatever the dtype.
        epsilon: Added to the variance; raised to 1e-5 for half precision.
        scale: Per-picture factors (N, C), or None for 1.
        shift: Per-picture offsets (N, C), or None for 0.

    Returns:
        (N, C, H, W) in the dtype of `x`.
    """
    half = x.dtype in (torch.float16, torch.bfloat16)
    if half:
        epsilon = max(epsilon, HALF_PRECISION_EPSILON)
    if x.shape[0] == 1 or x.device.type == "cpu":
        rows = [
            None if factors is None else factors.to(torch.float32 if half else x.dtype)
            for factors in (scale, shift)
        ]
        normed = [
            _norm_one(x[i : i + 1], epsilon, *(None if row is None else row[i] for row in rows))
            for i in range(x.shape[0])
        ]
        return normed[0] if len(normed) == 1 else torch.cat(normed)
    # Batch norm over pictures that lie side by side, as channels of one: this is what PyTorch's
    # instance norm does inside, but scale and shift are part of it, and half precision goes in.
    factor, offset = (None if rows is None else rows.flatten().float() for rows in (scale, shift))
    side_by_side = x.contiguous().view(1, -1, *x.shape[2:])
    y = F.batch_norm(side_by_side, None, None, factor, offset, True, 0.0, epsilon)
    return y.view(x.shape)


def _norm_one(x: Tensor, epsilon: float, scale: Tensor | None, shift: Tensor | None) -> Tensor:
    """Instance norm of one picture, (1, C, H, W).

    Batch norm over a batch of one *is* instance norm, and its kernel keeps channels-last memory:
    0.3 ms instead of 2 ms for (1, 32, 120, 160) on two CPU cores.
    """
    if x.dtype in (torch.float16, torch.bfloat16) and x.device.type == "cpu":
        y = F.batch_norm(x.float(), None, None, scale, shift, True, 0.0, epsilon)
        return y.to(x.dtype)
    return F.batch_norm(x, None, None, scale, shift, True, 0.0, epsilon)


class ReflectConv(nn.Conv2d):
    """Convolution whose border is reflected: (N, C, H, W) -> (N, C', H/s, W/s)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, bias: bool = False
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride=stride, bias=bias)
        # Half of what the kernel exceeds its stride keeps an even, strided kernel centred too.
        self.border = kernel // 2 if kernel % 2 else (kernel - stride) // 2

    def forward(self, x: Tensor) -> Tensor:
        """Pad by reflection, then convolve."""
        if self.border:
            x = F.pad(x, (self.border,) * 4, mode="reflect")
        return super().forward(x)

    def write(self, graph: Graph, x: str) -> str:
        """Add it to a graph."""
        x = graph.pad(x, (self.border,) * 4)
        bias = None if self.bias is None else array(self.bias)
        return graph.conv(x, array(self.weight), bias, stride=self.stride[0])


class SmoothConv(ReflectConv):
    """A 1x1 convolution whose answer is smoothed by (1, 2, 1) / 4, downwards and to the right.

    Whatever alternates from one place to the next, checkerboard or stripes, is answered by exactly
    nothing (Zhang 2019, "Making convolutional networks shift-invariant again"). A trunk that may
    alternate learns to stamp one motif all over the picture, twice as wide as its grid.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 1)
        self.border = 1

    def kernel(self) -> Tensor:
        """Return the convolution and the smoothing in one, (C', C, 3, 3)."""
        line = self.weight.new_tensor([0.25, 0.5, 0.25])
        return self.weight * (line[:, None] * line)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', H, W)."""
        return F.conv2d(F.pad(x, (self.border,) * 4, mode="reflect"), self.kernel())

    def plain(self) -> ReflectConv:
        """Return the same as one convolution."""
        conv = ReflectConv(self.in_channels, self.out_channels, 3)
        conv.weight.data = self.kernel().detach()
        return conv


class ConditionalInstanceNorm(nn.Module):
    """Instance norm whose scale and shift are chosen by style weights (Dumoulin et al. 2017).

    Each style owns one row of `scale` and `shift`, both (S, C). A blend of styles is the blend of
    their rows, so styles can be mixed live.
    """

    def __init__(self, channels: int, styles: int, *, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, style_weights: Tensor) -> Tensor:
        """Normalise (N, C, H, W) under style weights (N, S)."""
        scale, shift = self.rows(style_weights)
        return instance_norm(x, self.epsilon, scale=scale, shift=shift)

    def rows(self, style_weights: Tensor) -> tuple[Tensor, Tensor]:
        """Blend scale and shift under style weights (N, S): both (N, C)."""
        return style_weights @ self.scale, style_weights @ self.shift

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add it to a graph."""
        scale, shift = rows[self]
        return graph.instance_norm(x, self.scale.shape[1], self.epsilon, scale, shift)


class SubPixelConv(nn.Module):
    """Enlarge x2 by a 3x3 convolution with four phases (Shi et al. 2016) that cannot draw a grid.

    (N, C, H, W) -> (N, C', 2H, 2W). A free sub-pixel convolution answers flat areas, slopes and
    straight edges with a 2x2 pattern, the checkerboard and the ladders of this family. Here the
    four phases of a channel share one bias, and their kernels are held to four rules, whatever
    the weights; lines that slant, bend or end are free, and so is texture:

    - what does not change downwards is answered without change downwards (the columns of upper
      and lower phases have the same sums), and likewise to the right;
    - so flat stays flat;
    - an even slope is answered by an even slope (first moments differ by just what the places of
      the phases differ, a quarter pixel to each side);
    - a checkerboard is answered by nothing: as fine hatching, it would cover skies and walls.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        free = nn.Conv2d(inputs, outputs, 3)
        assert free.bias is not None
        # All phases start equal (Aitken et al. 2017).
        self.weight = nn.Parameter(free.weight.detach().repeat_interleave(4, dim=0))
        self.bias = nn.Parameter(torch.zeros_like(free.bias))
        self.constrained = False
        """Set by `constrain`: the stored weight is the constrained kernel itself."""

    def kernel(self) -> Tensor:
        """Return the constrained kernel, (4 C', C, 3, 3)."""
        if self.constrained:
            return self.weight
        phases = self.weight.view(-1, 2, 2, *self.weight.shape[1:])  # (C', 2, 2, C, 3, 3)
        directions = ((1, 4), (2, 5))  # axes of phase and tap: downwards, to the right
        for phase_axis, tap_axis in directions:
            lines = phases.sum(tap_axis, keepdim=True)
            phases = phases - (lines - lines.mean(phase_axis, keepdim=True)) / 3
        total = phases.sum((4, 5), keepdim=True)  # by now the same for all phases
        for phase_axis, tap_axis in directions:
            taps = _along(tap_axis, -1.0, 0.0, 1.0).to(phases)
            places = _along(phase_axis, -0.25, 0.25).to(phases)
            moments = (phases * taps).sum((4, 5), keepdim=True)
            wanted = moments.mean((1, 2), keepdim=True) + total * places
            phases = phases - (moments - wanted) * taps / 6
        # What is taken off has no sums along lines and no moments: the rules above still hold.
        signs = _along(4, -1.0, 1.0, -1.0).to(phases) * _along(5, -1.0, 1.0, -1.0).to(phases)
        bent = _along(4, 1.0, -2.0, 1.0).to(phases) * _along(5, 1.0, -2.0, 1.0).to(phases)
        phases = phases - (phases * signs).sum((4, 5), keepdim=True) * bent / 16
        return phases.reshape(self.weight.shape)

    def forward(self, x: Tensor) -> Tensor:
        """Reflect the border, convolve, and lay the phases out as pixels."""
        x = F.pad(x, (1, 1, 1, 1), mode="reflect")
        x = F.conv2d(x, self.kernel(), self.bias.repeat_interleave(4))
        return F.pixel_shuffle(x, 2)

    def constrain(self) -> None:
        """Store the constrained kernel itself: for inference."""
        self.weight.data = self.kernel().detach()
        self.constrained = True

    def write(self, graph: Graph, x: str) -> str:
        """Add it to a graph."""
        x = graph.pad(x, (1, 1, 1, 1))
        bias = array(self.bias.detach().repeat_interleave(4))
        return graph.depth_to_space(graph.conv(x, array(self.kernel()), bias))


def _along(axis: int, *values: float) -> Tensor:
    """Lay values along one of six axes."""
    return torch.tensor(values).view([-1 if i == axis else 1 for i in range(6)])


class FoldedBlockConv(nn.Module):
    """A convolution of few output channels that makes blocks of 2x2 pixels; H and W must be even.

    CPUs and GPUs compute 16 or more channels at once: a layer of 3 leaves most of them idle, one of
    12 few, which outweighs the zeros that its larger kernel holds. 2 to 3 times as fast.
    """

    def __init__(self, conv: ReflectConv) -> None:
        super().__init__()
        self.border = conv.border
        self.register_buffer("weight", block_kernel(conv.weight.detach(), BLOCK_PX))
        bias = None if conv.bias is None else conv.bias.detach().repeat_interleave(BLOCK_PX**2)
        self.register_buffer("bias", bias)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', H, W)."""
        x = F.pad(x, (self.border,) * 4, mode="reflect")
        bias = self._buffers["bias"]
        return F.pixel_shuffle(
            F.conv2d(x, self.get_buffer("weight"), bias, stride=BLOCK_PX), BLOCK_PX
        )

    def write(self, graph: Graph, x: str) -> str:
        """Add it to a graph."""
        x = graph.pad(x, (self.border,) * 4)
        bias = None if self._buffers["bias"] is None else array(self.get_buffer("bias"))
        x = graph.conv(x, array(self.get_buffer("weight")), bias, stride=BLOCK_PX)
        return graph.depth_to_space(x, BLOCK_PX)


def block_kernel(kernel: Tensor, block: int) -> Tensor:
    """Turn a (C', C, k, k) kernel into one that makes blocks of pixels: (C' b^2, C, k+b-1, k+b-1).

    With stride b and a pixel shuffle by b behind it, it is the same convolution.
    """
    out, channels, height, width = kernel.shape
    blocks = kernel.new_zeros(out, block, block, channels, height + block - 1, width + block - 1)
    for down in range(block):
        for right in range(block):
            rows, columns = slice(down, down + height), slice(right, right + width)
            blocks[:, down, right, :, rows, columns] = kernel
    return blocks.reshape(out * block * block, *blocks.shape[3:])


def style_rows(graph: Graph, network: nn.Module, style_weights: str) -> Rows:
    """Add to a graph: all norms' rows under the style weights, blended by one product."""
    norms = [m for m in network.modules() if isinstance(m, ConditionalInstanceNorm)]
    if not norms:
        return {}
    with graph.scope("style"):
        rows = [part for norm in norms for part in (norm.scale, norm.shift)]
        table = graph.weight("rows", array(torch.cat([row.detach() for row in rows], 1)))
        blend = graph.add("MatMul", style_weights, table)  # (1, S) @ (S, all channels)
        shape = graph.constant("shape", [1, -1, 1, 1])
        blend = graph.add("Reshape", blend, shape)
        sizes = graph.constant("sizes", [row.shape[1] for row in rows])
        parts = graph.add_many("Split", blend, sizes, outputs=len(rows), axis=1)
    return {norm: (parts[2 * i], parts[2 * i + 1]) for i, norm in enumerate(norms)}


def write_centred(graph: Graph, x: str) -> str:
    """Add to a graph: take off the rough mean (see `pixels.rough_mean`)."""
    with graph.scope("centre"):
        far = np.iinfo(np.int64).max
        some = graph.slice(x, [0, 0], [far, far], [2, 3], [MEAN_STEP, MEAN_STEP])
        # In fp32: a sum of bytes leaves fp16 behind at once.
        some = graph.cast(some, half=False) if graph.half else some
        mean = graph.add("Round", graph.add("GlobalAveragePool", some))
        return graph.add("Sub", x, graph.cast(mean, half=True) if graph.half else mean)


def array(tensor: Tensor) -> Array:
    """Bring weights to numpy."""
    values: Array = tensor.detach().cpu().float().numpy()
    return values
