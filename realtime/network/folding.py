"""Exact rewrites: the same function, less work. Each is proven equal by a test.

- `FoldedUpsampleConv`: the seed's upsampler with a quarter of its multiplications.
- `FoldedDoubledConv`: "nearest x2, then 3x3" of pytorch/examples, likewise.
- `FoldedBlockConv`: the last convolution of `article` and `examples`, which has 3 channels, makes
  blocks of 2x2 pixels, which is 12.
- Pixel scaling: `fast` and `quality` map [0, 255] to [-1, 1] and back; folded, their first and
  last weights do.
- Centring: the first instance norm of a network removes whatever constant is taken off the frame.
  `article` takes off the mean of its data set, `fast` and `quality` half the range; folded, all
  take off the frame's own rough mean. A covered lens then is exactly zero instead of rounding
  noise, which an epsilon of 1e-9 blows up to a picture that differs from one engine to the next;
  and a frame of little contrast keeps its digits in half precision.
- Sub-pixel kernels: the flatness constraint of `SubPixelConv` is applied once instead of per frame.
- `SmoothConv`: convolution and smoothing are one kernel.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.article import ArticleNetwork
from realtime.network.examples import DoubledConv, ExamplesNetwork
from realtime.network.layers import (
    NearestUpsampleConv,
    ReflectConv,
    SmoothConv,
    SubPixelConv,
)
from realtime.network.unet import CENTRE, StyledUNet, StyledUp

BLOCK_PX = 2


class FoldedUpsampleConv(nn.Module):
    """The seed's upsampler as one 2x2 convolution and a pixel shuffle.

    "Nearest x4, reflect pad 1, 3x3 stride 2" reads, for output row 2k, the source rows
    (k-1, k, k), and for row 2k+1 the rows (k, k, k). So every output phase (a, b) is a 2x2
    convolution with the kernel R_a W R_b^T, where R_0 = [[1,0,0],[0,1,1]] and
    R_1 = [[0,0,0],[1,1,1]], over the picture padded by one *replicated* row and column at the
    top left. A quarter of the multiplications, and no 16-fold temporary.

    It owns the seed's own 3x3 kernel, under the same name, and derives the phases from it on
    every call (well under a millisecond): so it can be trained and loads the same weights.
    """

    def __init__(self, upsampler: NearestUpsampleConv) -> None:
        super().__init__()
        self.conv = upsampler.conv

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', 2H, 2W)."""
        x = F.pad(x, (1, 0, 1, 0), mode="replicate")
        return F.pixel_shuffle(F.conv2d(x, phase_kernel(self.conv.weight)), 2)


def phase_kernel(kernel: Tensor) -> Tensor:
    """Turn the seed's (C', C, 3, 3) upsampling kernel into its four 2x2 phases, (4 C', C, 2, 2)."""
    rows = torch.tensor([[[1, 0, 0], [0, 1, 1]], [[0, 0, 0], [1, 1, 1]]]).to(kernel)
    phases = torch.einsum("apy,oiyx,bqx->oabipq", rows, kernel, rows)
    return phases.reshape(-1, kernel.shape[1], 2, 2)


class FoldedDoubledConv(nn.Module):
    """Nearest x2, then a 3x3 convolution, as one 2x2 convolution and a pixel shuffle.

    Output row 2k reads the source rows (k-1, k, k), row 2k+1 the rows (k, k, k+1), and reflecting
    the doubled picture's border is replicating the source's. So window j of a 2x2 convolution over
    the source, padded by one, gives the output rows 2j-1 and 2j: the odd phase comes first in the
    shuffle, and a border of one falls off. 4 multiplications per output instead of 9.
    """

    def __init__(self, upsampler: DoubledConv) -> None:
        super().__init__()
        conv = upsampler.conv
        assert conv.bias is not None
        self.register_buffer("weight", doubled_phases(conv.weight.detach()))
        self.register_buffer("bias", conv.bias.detach().repeat_interleave(4))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', 2H, 2W)."""
        x = F.pad(x, (1, 1, 1, 1), mode="replicate")
        y = F.pixel_shuffle(F.conv2d(x, self.get_buffer("weight"), self.get_buffer("bias")), 2)
        return y[..., 1:-1, 1:-1]


def doubled_phases(kernel: Tensor) -> Tensor:
    """Turn a (C', C, 3, 3) kernel behind "nearest x2" into its four phases, (4 C', C, 2, 2)."""
    rows = torch.tensor([[[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1]]]).to(kernel)
    phases = torch.einsum("apy,oiyx,bqx->oabipq", rows, kernel, rows)
    return phases.reshape(-1, kernel.shape[1], 2, 2)


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


def fold(network: nn.Module) -> nn.Module:
    """Return a copy of `network` with every exact rewrite applied, for inference."""
    folded = fold_upsamplers(network).eval()
    for module in folded.modules():
        if isinstance(module, SubPixelConv):
            module.weight.data = module.kernel().detach()
            module.constrained = True
    if isinstance(folded, StyledUNet):
        _fold_pixel_scaling(folded)
        for up in (folded.up1, folded.up2):
            assert isinstance(up, StyledUp)
            assert isinstance(up.conv, SmoothConv)
            up.conv = _plain(up.conv)
    if isinstance(folded, ExamplesNetwork):
        for layer in (folded.deconv1, folded.deconv2):
            assert isinstance(layer.conv, DoubledConv)
            layer.conv = FoldedDoubledConv(layer.conv)
    if isinstance(folded, ArticleNetwork | ExamplesNetwork):
        folded.centres_on_frame = True
        assert isinstance(folded.deconv3, ReflectConv)
        folded.deconv3 = FoldedBlockConv(folded.deconv3)
    return folded


def fold_upsamplers(network: nn.Module) -> nn.Module:
    """Return a copy of `network` with the seed's upsamplers folded; still trainable."""
    folded = copy.deepcopy(network)
    for name, child in list(folded.named_children()):
        if isinstance(child, NearestUpsampleConv):
            setattr(folded, name, FoldedUpsampleConv(child))
    return folded


def _plain(smooth: SmoothConv) -> ReflectConv:
    conv = ReflectConv(smooth.in_channels, smooth.out_channels, 3)
    conv.weight.data = smooth.kernel().detach()
    return conv


def _fold_pixel_scaling(network: StyledUNet) -> None:
    # The stem's instance norm removes any constant, so only the factor has to be folded in.
    network.stem.conv.weight.data /= CENTRE
    network.end.weight.data *= CENTRE
    network.end.bias.data = network.end.bias.data * CENTRE + CENTRE
    network.takes_pixels = True
