"""The transform network of pytorch/examples `fast_neural_style`, for importing its checkpoints.

Johnson et al. 2016 with instance norm (Ulyanov et al. 2016) and nearest-neighbour upsampling (Odena
et al. 2016): 9x9 / 3x3 s2 / 3x3 s2, five residual blocks, two upsampling convolutions, 9x9; every
convolution has a bias and reflects its border. Speaks pixels by itself: [0, 255] in and out.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.base import Architecture, Graph, Rows, TransformNetwork
from realtime.network.config import TransformerConfig
from realtime.network.layers import (
    ConditionalInstanceNorm,
    FoldedBlockConv,
    ReflectConv,
    array,
    write_centred,
)
from realtime.network.pixels import rough_mean


class NormedConv(nn.Module):
    """Convolution with bias, then instance norm with a scale and shift; perhaps enlarged first."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, enlarge: bool = False
    ) -> None:
        super().__init__()
        self.conv: nn.Module
        if enlarge:
            self.conv = DoubledConv(inputs, outputs)
        else:
            self.conv = ReflectConv(inputs, outputs, kernel, stride=stride, bias=True)
        self.norm = ConditionalInstanceNorm(outputs, 1, epsilon=1e-5)

    def forward(self, x: Tensor, style_weights: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', H * enlarged / stride, ...)."""
        y: Tensor = self.norm(self.conv(x), style_weights)
        return y

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add it, folded, to a graph."""
        assert isinstance(self.conv, ReflectConv | FoldedDoubledConv)
        return self.norm.write(graph, self.conv.write(graph, x), rows)


class DoubledConv(nn.Module):
    """Nearest x2, then a 3x3 convolution: (N, C, H, W) -> (N, C', 2H, 2W)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = ReflectConv(inputs, outputs, 3, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge, then convolve."""
        y: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return y


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

    def write(self, graph: Graph, x: str) -> str:
        """Add it to a graph."""
        weight, bias = (array(self.get_buffer(name)) for name in ("weight", "bias"))
        x = graph.depth_to_space(graph.conv(graph.pad(x, (1, 1, 1, 1), "edge"), weight, bias))
        return graph.slice(x, [1, 1], [-1, -1], [2, 3])


def doubled_phases(kernel: Tensor) -> Tensor:
    """Turn a (C', C, 3, 3) kernel behind "nearest x2" into its four phases, (4 C', C, 2, 2)."""
    rows = torch.tensor([[[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1]]]).to(kernel)
    phases = torch.einsum("apy,oiyx,bqx->oabipq", rows, kernel, rows)
    return phases.reshape(-1, kernel.shape[1], 2, 2)


class NormedResidualBlock(nn.Module):
    """x + norm(conv(ReLU(norm(conv(x)))))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = NormedConv(channels, channels, 3)
        self.second = NormedConv(channels, channels, 3)

    def forward(self, x: Tensor, style_weights: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        y: Tensor = self.second(F.relu(self.first(x, style_weights)), style_weights)
        return x + y


class ExamplesNetwork(TransformNetwork):
    """The network of pytorch/examples (see the module docstring)."""

    def __init__(self) -> None:
        super().__init__()
        self.centres_on_frame = False
        """Set by `folded`: the frame's own mean is taken off, which the first norm undoes."""
        self.conv1 = NormedConv(3, 32, 9)
        self.conv2 = NormedConv(32, 64, 3, stride=2)
        self.conv3 = NormedConv(64, 128, 3, stride=2)
        self.trunk = nn.ModuleList(NormedResidualBlock(128) for _ in range(5))
        self.deconv1 = NormedConv(128, 64, 3, enlarge=True)
        self.deconv2 = NormedConv(64, 32, 3, enlarge=True)
        self.deconv3: nn.Module = ReflectConv(32, 3, 9, bias=True)

    def forward(self, frames: Tensor, style_weights: Tensor) -> Tensor:
        """Paint (N, 3, H, W) RGB in [0, 255]; the same shape, in about [0, 255].

        For sides that do not divide by four, the original's painting is up to three pixels larger;
        what is too much is cut off at the right and the bottom, and the rest is the same.
        """
        height, width = frames.shape[-2:]
        x = frames - rough_mean(frames) if self.centres_on_frame else frames
        for layer in (self.conv1, self.conv2, self.conv3):
            x = F.relu(layer(x, style_weights))
        for block in self.trunk:
            x = block(x, style_weights)
        for layer in (self.deconv1, self.deconv2):
            x = F.relu(layer(x, style_weights))
        painting: Tensor = self.deconv3(x)
        return painting[..., :height, :width]

    def folded(self) -> ExamplesNetwork:
        """Fold the upsamplers and the last layer, and centre frames on their own mean."""
        folded = copy.deepcopy(self).eval()
        for layer in (folded.deconv1, folded.deconv2):
            assert isinstance(layer.conv, DoubledConv)
            layer.conv = FoldedDoubledConv(layer.conv)
        folded.centres_on_frame = True
        assert isinstance(folded.deconv3, ReflectConv)
        folded.deconv3 = FoldedBlockConv(folded.deconv3)
        return folded

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add the folded network to a graph; any H and W, enlarged to multiples of 4."""
        assert self.centres_on_frame
        x = write_centred(graph, x)
        for name in ("conv1", "conv2", "conv3"):
            with graph.scope(name):
                x = graph.add("Relu", _normed(self, name).write(graph, x, rows))
        for number, block in enumerate(self.trunk):
            with graph.scope(f"trunk{number}"):
                y = graph.add("Relu", _normed(block, "first").write(graph, x, rows))
                x = graph.add("Add", x, _normed(block, "second").write(graph, y, rows))
        for name in ("deconv1", "deconv2"):
            with graph.scope(name):
                x = graph.add("Relu", _normed(self, name).write(graph, x, rows))
        with graph.scope("deconv3"):
            assert isinstance(self.deconv3, FoldedBlockConv)
            return self.deconv3.write(graph, x)


def _normed(module: nn.Module, name: str) -> NormedConv:
    layer = module.get_submodule(name)
    assert isinstance(layer, NormedConv)
    return layer


ARCHITECTURE = Architecture(
    config=TransformerConfig(architecture="examples"),
    build=lambda config: ExamplesNetwork(),
    trainable=False,
)
