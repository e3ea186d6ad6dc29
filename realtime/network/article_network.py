"""`article`: the transform network of the seed article, exactly.

Source: github.com/hzy46/fast-neural-style-tensorflow, model.py; Johnson et al. 2016. One network
knows one style. 1,674,432 parameters, convolution kernels only. What is particular to it:

- the picture is reflected 10 px outwards once and cropped again at the end;
- no convolution has a bias, every one reflects its own border;
- instance norm has no scale or shift, and epsilon 1e-9;
- the residual trunk has no normalisation at all, and no ReLU after the sum;
- upsampling is nearest x4 followed by a convolution of stride 2;
- the output is normalised *before* tanh, so every channel leaves with a mean of about 127.5.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.base import Architecture, Graph, Rows, TransformNetwork
from realtime.network.config import TransformerConfig
from realtime.network.layers import (
    FoldedBlockConv,
    ReflectConv,
    array,
    instance_norm,
    write_centred,
)
from realtime.network.pixels import rough_mean

BORDER_PX = 10
CHANNEL_MEANS = (123.68, 116.78, 103.94)
"""RGB means subtracted from the input (vgg_preprocessing.py of TF-Slim)."""


HALF_TRUNK_SCALE = 1 / 64
"""The trunk has no norm and outgrows fp16 (106,000 was met; it ends at 65,504). It is made of
bias-free convolutions and ReLU, so a factor put in comes out, where the next norm removes it."""


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))) at 128 channels: no norm, no bias, no ReLU after the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ReflectConv(channels, channels, 3)
        self.conv2 = ReflectConv(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        y: Tensor = self.conv2(F.relu(self.conv1(x)))
        return x + y


class NearestUpsampleConv(nn.Module):
    """The seed's upsampler: nearest x4, reflect pad 1, 3x3 convolution of stride 2.

    (N, C, H, W) -> (N, C', 2H, 2W). Written as the seed runs it; `FoldedUpsampleConv` is the
    exact form that costs a quarter of this.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = ReflectConv(inputs, outputs, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge x4, then convolve down to x2."""
        y: Tensor = self.conv(F.interpolate(x, scale_factor=4.0, mode="nearest"))
        return y


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

    def write(self, graph: Graph, x: str) -> str:
        """Add it to a graph."""
        kernel = array(phase_kernel(self.conv.weight))
        return graph.depth_to_space(graph.conv(graph.pad(x, (1, 1, 0, 0), "edge"), kernel))


def phase_kernel(kernel: Tensor) -> Tensor:
    """Turn the seed's (C', C, 3, 3) upsampling kernel into its four 2x2 phases, (4 C', C, 2, 2)."""
    rows = torch.tensor([[[1, 0, 0], [0, 1, 1]], [[0, 0, 0], [1, 1, 1]]]).to(kernel)
    phases = torch.einsum("apy,oiyx,bqx->oabipq", rows, kernel, rows)
    return phases.reshape(-1, kernel.shape[1], 2, 2)


class ArticleNetwork(TransformNetwork):
    """The seed's transform network (see the module docstring)."""

    means: Tensor

    def __init__(self, *, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.centres_on_frame = False
        """Set by `folded`: the frame's own mean is taken off instead of the data set's."""
        self.register_buffer("means", torch.tensor(CHANNEL_MEANS).view(1, 3, 1, 1), False)
        self.conv1 = ReflectConv(3, 32, 9)
        self.conv2 = ReflectConv(32, 64, 3, stride=2)
        self.conv3 = ReflectConv(64, 128, 3, stride=2)
        self.trunk = nn.Sequential(*(ResidualBlock(128) for _ in range(5)))
        self.deconv1: nn.Module = NearestUpsampleConv(128, 64)
        self.deconv2: nn.Module = NearestUpsampleConv(64, 32)
        self.deconv3: nn.Module = ReflectConv(32, 3, 9)
        for kernel in self.parameters():
            nn.init.trunc_normal_(kernel, std=0.1, a=-0.2, b=0.2)

    def for_training(self) -> ArticleNetwork:
        """Fold the upsamplers, whose kernels stay the seed's own."""
        folded = copy.deepcopy(self)
        for name in ("deconv1", "deconv2"):
            upsampler = getattr(folded, name)
            if isinstance(upsampler, NearestUpsampleConv):
                setattr(folded, name, FoldedUpsampleConv(upsampler))
        return folded

    def folded(self) -> ArticleNetwork:
        """Fold the upsamplers, make blocks of pixels in the end, and centre frames on their mean.

        The first instance norm removes whatever constant is taken off a frame. With its own mean
        taken off, a covered lens is exactly zero instead of rounding noise, which an epsilon of
        1e-9 blows up to a picture that differs from one engine to the next.
        """
        folded = self.for_training().eval()
        folded.centres_on_frame = True
        assert isinstance(folded.deconv3, ReflectConv)
        folded.deconv3 = FoldedBlockConv(folded.deconv3)
        return folded

    def residual_kernels(self) -> list[Tensor]:
        """Return the last kernel of every residual block: what is added to the picture."""
        blocks = (block for block in self.trunk if isinstance(block, ResidualBlock))
        return [block.conv2.weight for block in blocks]

    def _normalised(self, x: Tensor) -> Tensor:
        # ReLU of the seed also turns NaN into 0; a finite epsilon and fp32 statistics mean that
        # no NaN arises here.
        return F.relu(instance_norm(x, self.epsilon))

    def forward(self, frames: Tensor, style_weights: Tensor) -> Tensor:
        """Paint (N, 3, H, W) RGB in [0, 255]; returns the same shape, in [0, 255].

        `style_weights` (N, 1) is accepted so that all networks are called alike, and unused: this
        network knows one style. The seed's own output is rounded up to a multiple of four; as its
        export script does, the top left H x W part is kept.
        """
        del style_weights
        height, width = frames.shape[-2:]
        centre = rough_mean(frames) if self.centres_on_frame else self.means.to(frames.dtype)
        x = F.pad(frames - centre, (BORDER_PX,) * 4, mode="reflect")
        x = self._normalised(self.conv1(x))  # (N, 32, H+20, W+20)
        x = self._normalised(self.conv2(x))  # (N, 64, /2, /2)
        x = self._normalised(self.conv3(x))  # (N, 128, /4, /4)
        if x.dtype == torch.float16:
            x = x * HALF_TRUNK_SCALE
        x = self.trunk(x)
        x = self._normalised(self.deconv1(x))  # (N, 64, /2, /2)
        x = self._normalised(self.deconv2(x))  # (N, 32, /1, /1)
        x = torch.tanh(instance_norm(self.deconv3(x), self.epsilon))
        return ((x + 1.0) * 127.5)[..., BORDER_PX:, BORDER_PX:][..., :height, :width]

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add the folded network to a graph; any H and W."""
        del rows
        assert self.centres_on_frame
        x = graph.pad(write_centred(graph, x), (BORDER_PX,) * 4)
        for name in ("conv1", "conv2", "conv3"):
            with graph.scope(name):
                layer = _conv(self, name)
                x = layer.write(graph, x)
                x = graph.add("Relu", graph.instance_norm(x, layer.out_channels, self.epsilon))
        if graph.half:
            x = graph.add("Mul", x, graph.number(HALF_TRUNK_SCALE))
        for number, block in enumerate(self.trunk):
            with graph.scope(f"trunk{number}"):
                y = graph.add("Relu", _conv(block, "conv1").write(graph, x))
                x = graph.add("Add", x, _conv(block, "conv2").write(graph, y))
        for name in ("deconv1", "deconv2"):
            with graph.scope(name):
                upsampler = self.get_submodule(name)
                assert isinstance(upsampler, FoldedUpsampleConv)
                x = upsampler.write(graph, x)
                x = graph.instance_norm(x, upsampler.conv.out_channels, self.epsilon)
                x = graph.add("Relu", x)
        with graph.scope("deconv3"):
            assert isinstance(self.deconv3, FoldedBlockConv)
            x = self.deconv3.write(graph, x)
            x = graph.add("Tanh", graph.instance_norm(x, 3, self.epsilon))
        x = graph.add("Mul", graph.add("Add", x, graph.number(1.0)), graph.number(127.5))
        far = np.iinfo(np.int64).max
        return graph.slice(x, [BORDER_PX, BORDER_PX], [far, far], [2, 3])


def _conv(module: nn.Module, name: str) -> ReflectConv:
    layer = module.get_submodule(name)
    assert isinstance(layer, ReflectConv)
    return layer


ARCHITECTURE = Architecture(
    config=TransformerConfig(architecture="article", epsilon=1e-9),
    build=lambda config: ArticleNetwork(epsilon=config.epsilon),
)
