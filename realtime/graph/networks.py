"""Each transform network, folded, as ONNX: x (N, 3, H, W) in [0, 255] to about [0, 255].

The PyTorch modules are the specification; `tests/realtime/graph` holds every graph against them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from realtime.graph.builder import Array, GraphBuilder
from realtime.network.article import BORDER_PX, HALF_TRUNK_SCALE, ArticleNetwork
from realtime.network.examples import ExamplesNetwork, NormedConv
from realtime.network.folding import (
    BLOCK_PX,
    FoldedBlockConv,
    FoldedUpsampleConv,
    phase_kernel,
)
from realtime.network.layers import ConditionalInstanceNorm, ReflectConv, SubPixelConv
from realtime.network.pixels import MEAN_STEP
from realtime.network.unet import (
    MULTIPLE_PX,
    StyledConv,
    StyledResidualBlock,
    StyledUNet,
    StyledUp,
)

Rows = dict[ConditionalInstanceNorm, tuple[str, str]]
"""Where the scale and shift of each norm are, under the style weights: both (1, C, 1, 1)."""


def style_rows(graph: GraphBuilder, network: nn.Module, style_weights: str) -> Rows:
    """Blend the rows of all norms at once: one product, whatever the number of layers."""
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


def unet(graph: GraphBuilder, network: StyledUNet, x: str, rows: Rows) -> str:
    """Add `fast` or `quality`, folded; H and W must divide by 8."""
    assert network.takes_pixels
    x = _centred(graph, x)
    with graph.scope("stem"):
        half = _styled(graph, network.stem, x, rows)
    with graph.scope("down1"):
        quarter = _styled(graph, network.down1, half, rows)
    with graph.scope("down2"):
        y = _styled(graph, network.down2, quarter, rows)
    for number, block in enumerate(network.trunk):
        assert isinstance(block, StyledResidualBlock)
        with graph.scope(f"trunk{number}"):
            with graph.scope("inner"):
                z = _styled(graph, block.inner, y, rows)
            z = _norm(graph, block.norm, _conv(graph, block.conv, z), rows)
            y = graph.add("Add", y, z)
    with graph.scope("up1"):
        y = _up(graph, network.up1, y, quarter, rows)
    with graph.scope("up2"):
        y = _up(graph, network.up2, y, half, rows)
    with graph.scope("end"):
        return _sub_pixel(graph, network.end, y)


def article(graph: GraphBuilder, network: ArticleNetwork, x: str, rows: Rows) -> str:
    """Add the `article` network with its upsamplers folded; any H and W."""
    del rows
    assert network.centres_on_frame
    x = _centred(graph, x)
    x = graph.pad(x, (BORDER_PX,) * 4)
    for name in ("conv1", "conv2", "conv3"):
        with graph.scope(name):
            x = _conv(graph, _reflect_conv(network, name), x)
            x = graph.add("Relu", graph.instance_norm(x, _width(network, name), network.epsilon))
    if graph.half:
        x = graph.add("Mul", x, graph.number(HALF_TRUNK_SCALE))
    for number, block in enumerate(network.trunk):
        with graph.scope(f"trunk{number}"):
            y = graph.add("Relu", _conv(graph, _reflect_conv(block, "conv1"), x))
            x = graph.add("Add", x, _conv(graph, _reflect_conv(block, "conv2"), y))
    for name in ("deconv1", "deconv2"):
        with graph.scope(name):
            upsampler = network.get_submodule(name)
            assert isinstance(upsampler, FoldedUpsampleConv)
            kernel = phase_kernel(upsampler.conv.weight)
            x = graph.conv(graph.pad(x, (1, 1, 0, 0), "edge"), array(kernel))
            x = graph.depth_to_space(x)
            x = graph.instance_norm(x, kernel.shape[0] // 4, network.epsilon)
            x = graph.add("Relu", x)
    with graph.scope("deconv3"):
        x = _conv_in_blocks(graph, network.deconv3, x)
        x = graph.add("Tanh", graph.instance_norm(x, 3, network.epsilon))
    x = graph.add("Mul", graph.add("Add", x, graph.number(1.0)), graph.number(127.5))
    far = np.iinfo(np.int64).max
    return graph.slice(x, [BORDER_PX, BORDER_PX], [far, far], [2, 3])


def examples(graph: GraphBuilder, network: ExamplesNetwork, x: str, rows: Rows) -> str:
    """Add the network of pytorch/examples, folded; any H and W, enlarged to multiples of 4."""
    assert network.centres_on_frame
    x = _centred(graph, x)
    for name in ("conv1", "conv2", "conv3"):
        with graph.scope(name):
            x = graph.add("Relu", _normed(graph, network.get_submodule(name), x, rows))
    for number, block in enumerate(network.trunk):
        with graph.scope(f"trunk{number}"):
            y = graph.add("Relu", _normed(graph, block.get_submodule("first"), x, rows))
            x = graph.add("Add", x, _normed(graph, block.get_submodule("second"), y, rows))
    for name in ("deconv1", "deconv2"):
        with graph.scope(name):
            x = graph.add("Relu", _normed(graph, network.get_submodule(name), x, rows))
    with graph.scope("deconv3"):
        return _conv_in_blocks(graph, network.deconv3, x)


def array(tensor: Tensor) -> Array:
    """Bring weights to numpy."""
    values: Array = tensor.detach().cpu().float().numpy()
    return values


def _centred(graph: GraphBuilder, x: str) -> str:
    """Take off the rough mean (see `pixels.rough_mean`)."""
    with graph.scope("centre"):
        far = np.iinfo(np.int64).max
        some = graph.slice(x, [0, 0], [far, far], [2, 3], [MEAN_STEP, MEAN_STEP])
        # In fp32: a sum of bytes leaves fp16 behind at once.
        some = graph.cast(some, half=False) if graph.half else some
        mean = graph.add("Round", graph.add("GlobalAveragePool", some))
        return graph.add("Sub", x, graph.cast(mean, half=True) if graph.half else mean)


def _styled(graph: GraphBuilder, layer: StyledConv, x: str, rows: Rows) -> str:
    return graph.add("Relu", _norm(graph, layer.norm, _conv(graph, layer.conv, x), rows))


def _up(graph: GraphBuilder, layer: StyledUp, x: str, skip: str, rows: Rows) -> str:
    scale, shift = rows[layer.norm]
    x = _conv(graph, layer.conv, x)
    x = graph.instance_norm(x, layer.norm.scale.shape[1], layer.norm.epsilon)
    x = graph.double_bilinear(x)
    x = graph.add("Add", graph.add("Mul", x, scale), shift)
    x = graph.add("Relu", graph.add("Add", x, skip))
    with graph.scope("merge"):
        return _styled(graph, layer.merge, x, rows)


def _norm(graph: GraphBuilder, norm: ConditionalInstanceNorm, x: str, rows: Rows) -> str:
    scale, shift = rows[norm]
    return graph.instance_norm(x, norm.scale.shape[1], norm.epsilon, scale, shift)


def _normed(graph: GraphBuilder, layer: nn.Module, x: str, rows: Rows) -> str:
    assert isinstance(layer, NormedConv)
    if isinstance(layer.conv, ReflectConv):
        return _norm(graph, layer.norm, _conv(graph, layer.conv, x), rows)
    weight, bias = (array(layer.conv.get_buffer(name)) for name in ("weight", "bias"))
    x = graph.depth_to_space(graph.conv(graph.pad(x, (1, 1, 1, 1), "edge"), weight, bias))
    x = graph.slice(x, [1, 1], [-1, -1], [2, 3])
    return _norm(graph, layer.norm, x, rows)


def _conv(graph: GraphBuilder, layer: ReflectConv, x: str) -> str:
    x = graph.pad(x, (layer.border,) * 4)
    bias = None if layer.bias is None else array(layer.bias)
    return graph.conv(x, array(layer.weight), bias, stride=layer.stride[0])


def _conv_in_blocks(graph: GraphBuilder, layer: nn.Module, x: str) -> str:
    assert isinstance(layer, FoldedBlockConv)
    x = graph.pad(x, (layer.border,) * 4)
    bias = None if layer.bias is None else array(layer.get_buffer("bias"))
    x = graph.conv(x, array(layer.get_buffer("weight")), bias, stride=BLOCK_PX)
    return graph.depth_to_space(x, BLOCK_PX)


def _sub_pixel(graph: GraphBuilder, layer: SubPixelConv, x: str) -> str:
    x = graph.pad(x, (1, 1, 1, 1))
    bias = array(layer.bias.detach().repeat_interleave(4))
    return graph.depth_to_space(graph.conv(x, array(layer.kernel()), bias))


def _reflect_conv(module: nn.Module, name: str) -> ReflectConv:
    layer = module.get_submodule(name)
    assert isinstance(layer, ReflectConv)
    return layer


def _width(network: nn.Module, name: str) -> int:
    return _reflect_conv(network, name).out_channels


WRITERS: dict[type[nn.Module], tuple[Callable[..., str], int]] = {
    StyledUNet: (unet, MULTIPLE_PX),
    ArticleNetwork: (article, 1),
    ExamplesNetwork: (examples, 1),
}
"""Network -> what writes it, and the multiple that H and W are padded to."""
KNOWN: Sequence[str] = tuple(kind.__name__ for kind in WRITERS)
