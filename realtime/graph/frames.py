"""Writes a bundle as an ONNX model, uint8 in and out: for all engines but torch, and for export.

Inputs:
    frames: (N, H, W, 3) RGB uint8, any H, W >= 16.
    style_weights: (S,) float32; how much of each style, summing to 1.
    strength: () float32 in [0, 1].
Output:
    paintings: like frames.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from realtime.errors import BadInputError
from realtime.graph.builder import OPSET, OPSETS, GraphBuilder, Ranges
from realtime.graph.signature import FRAMES, GRAPH_VERSION, PAINTINGS, STRENGTH, STYLE_WEIGHTS
from realtime.network.bundle import Bundle
from realtime.network.layers import style_rows
from realtime.ports import Size


def write_graph(
    bundle: Bundle,
    *,
    size: Size | None = None,
    half: bool = False,
    portable_padding: bool = False,
    opset: int = OPSET,
    ranges: Ranges | None = None,
) -> onnx.ModelProto:
    """Write a bundle as an ONNX model.

    Args:
        bundle: With any of the known networks.
        size: Width and height if they are fixed; None leaves them, and the batch, open.
        half: fp16 weights and arithmetic; statistics stay in fp32.
        portable_padding: See `GraphBuilder`.
        opset: The operator set to write, see `OPSETS`.
        ranges: Of what is computed in int8, see `Ranges`.

    Raises:
        BadInputError: an operator set that cannot be written.
    """
    if opset not in OPSETS:
        raise BadInputError(f"no opset {opset}: expected {OPSETS.start} to {OPSETS.stop - 1}")
    network = bundle.network.folded()
    graph = GraphBuilder(half=half, portable_padding=portable_padding, opset=opset, ranges=ranges)
    styles = len(bundle.card.names)
    pixels = graph.add("Transpose", graph.cast(FRAMES, half=half), perm=[0, 3, 1, 2])
    weights = graph.add("Reshape", STYLE_WEIGHTS, graph.constant("one_row", [1, styles]))
    weights = graph.cast(weights, half=True) if half else weights
    rows = style_rows(graph, network, weights)
    padded = _pad_to_multiple(graph, pixels, network.multiple_px, size)
    painting = network.write(graph, padded, rows)
    painting = _crop(graph, painting, size)
    _finish(graph, pixels, painting, half=half)
    return graph.model(
        [
            helper.make_tensor_value_info(FRAMES, TensorProto.UINT8, _shape(size)),
            helper.make_tensor_value_info(STYLE_WEIGHTS, TensorProto.FLOAT, [styles]),
            helper.make_tensor_value_info(STRENGTH, TensorProto.FLOAT, []),
        ],
        [helper.make_tensor_value_info(PAINTINGS, TensorProto.UINT8, _shape(size))],
        name=bundle.card.config.architecture,
        metadata={"pleinair": bundle.card.to_json(), "graph_version": str(GRAPH_VERSION)},
    )


def _shape(size: Size | None) -> list[int | str]:
    if size is None:
        return ["batch", "height", "width", 3]
    return [1, size[1], size[0], 3]


def _pad_to_multiple(graph: GraphBuilder, x: str, multiple: int, size: Size | None) -> str:
    if multiple == 1:
        return x
    with graph.scope("to_multiple"):
        if size is not None:
            return graph.pad(x, (0, 0, -size[1] % multiple, -size[0] % multiple))
        sides = graph.slice(graph.add("Shape", FRAMES), [1], [3], [0])
        missing = graph.add("Mod", graph.add("Neg", sides), graph.constant("multiple", [multiple]))
        zeros = graph.constant("zeros", np.zeros(6))
        pads = graph.add("Concat", zeros, missing, axis=0)
        return graph.add("Pad", x, pads, mode="reflect")


def _crop(graph: GraphBuilder, x: str, size: Size | None) -> str:
    with graph.scope("crop"):
        if size is not None:
            return graph.slice(x, [0, 0], [size[1], size[0]], [2, 3])
        sides = graph.slice(graph.add("Shape", FRAMES), [1], [3], [0])
        return graph.add(
            "Slice", x, graph.constant("starts", [0, 0]), sides, graph.constant("axes", [2, 3])
        )


def _finish(graph: GraphBuilder, pixels: str, painting: str, *, half: bool) -> None:
    """Clamp, blend with the frame by strength, round, and back to bytes."""
    low, high = graph.number(0.0), graph.number(255.0)
    painting = graph.add("Clip", painting, low, high)
    strength = graph.cast(STRENGTH, half=True) if half else STRENGTH
    change = graph.add("Mul", graph.add("Sub", painting, pixels), strength)
    blend = graph.add("Round", graph.add("Add", pixels, change))
    # Rounding of the blend may step over the edge, and a cast would wrap around.
    blend = graph.add("Clip", blend, low, high)
    blend = graph.add("Transpose", blend, perm=[0, 2, 3, 1])
    name = graph.name("to_bytes")
    node = helper.make_node("Cast", [blend], [PAINTINGS], name=name, to=TensorProto.UINT8)
    graph.nodes.append(node)
