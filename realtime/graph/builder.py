"""Writes ONNX graphs op by op, with names that read like the network's own.

Only operators that ONNX Runtime, OpenVINO and TensorRT all take are used. Dimensions may be left
open: whatever depends on the size of the picture is then computed in the graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from realtime.network.base import Array, Border

OPSET = 18
OPSETS = range(13, 22)
"""Operator sets in which every node written here means the same."""
IR_VERSION = 10


Ranges = Mapping[str, tuple[float, float]]
"""By the name of a convolution: from what to what its input goes. Such convolutions are computed in
int8, all others in floating point."""
WEIGHT_STEPS = 63
"""To each side, not 127: without VNNI, sums of two full 8-bit products would overflow 16 bits."""
TINY = 1e-6


class GraphBuilder:
    """Collects nodes and weights: `network.base.Graph`, for ONNX.

    Args:
        half: Compute in fp16; instance norm keeps its statistics in fp32.
        portable_padding: Reflect with Slice and Concat instead of Pad, for runtimes whose Pad only
            knows constants (Core ML, some NPUs).
        opset: One of `OPSETS`.
        ranges: See `Ranges`; without, nothing is computed in int8.
    """

    def __init__(
        self,
        *,
        half: bool = False,
        portable_padding: bool = False,
        opset: int = OPSET,
        ranges: Ranges | None = None,
    ) -> None:
        self.half, self.portable_padding, self.opset = half, portable_padding, opset
        self._ranges = ranges or {}
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}
        self._scopes: list[str] = []
        self._used = Counter[str]()

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Prefix the names of what is added inside."""
        self._scopes.append(name)
        yield
        self._scopes.pop()

    def name(self, base: str) -> str:
        """Return a name in the current scope that is not taken, and take it."""
        name = self._free_name(base)
        self._used[self._scoped(base)] += 1
        return name

    def _free_name(self, base: str) -> str:
        full = self._scoped(base)
        taken = self._used[full]
        return f"{full}_{taken + 1}" if taken else full

    def _scoped(self, base: str) -> str:
        return "/".join([*self._scopes, base])

    def constant(self, base: str, values: npt.ArrayLike, dtype: npt.DTypeLike = np.int64) -> str:
        """Add a constant and return its name."""
        name = self.name(base)
        array = np.ascontiguousarray(np.asarray(values, dtype))
        self.weights[name] = numpy_helper.from_array(array, name)
        return name

    def number(self, value: float) -> str:
        """Add a scalar in the precision of the graph; equal ones are shared."""
        name = f"numbers/{value:g}"
        if name not in self.weights:
            array = np.asarray(value, np.float16 if self.half else np.float32)
            self.weights[name] = numpy_helper.from_array(array, name)
        return name

    def weight(self, base: str, values: Array) -> str:
        """Add weights, in the precision of the graph."""
        return self.constant(base, values, np.float16 if self.half else np.float32)

    def add(self, op: str, *inputs: str, **attributes: object) -> str:
        """Add a node and return the name of its output."""
        return self.add_many(op, *inputs, outputs=1, **attributes)[0]

    def add_many(self, op: str, *inputs: str, outputs: int, **attributes: object) -> list[str]:
        """Add a node with several outputs and return their names."""
        name = self.name(op.lower())
        names = [name] if outputs == 1 else [f"{name}:{i}" for i in range(outputs)]
        node = helper.make_node(op, list(inputs), names, name=name)
        node.attribute.extend(helper.make_attribute(key, attributes[key]) for key in attributes)
        self.nodes.append(node)
        return names

    def cast(self, x: str, *, half: bool) -> str:
        """Change to fp16, or to fp32."""
        name = self.name("cast")
        target = TensorProto.FLOAT16 if half else TensorProto.FLOAT
        self.nodes.append(helper.make_node("Cast", [x], [name], name=name, to=target))
        return name

    def conv(self, x: str, kernel: Array, bias: Array | None = None, *, stride: int = 1) -> str:
        """Convolve without padding; kernel (C', C, k, k)."""
        span = self._ranges.get(self._free_name("conv"))
        if span is None:
            inputs = [x, self.weight("weight", kernel)]
        else:
            inputs = [self._rounded(x, span), self._rounded_weight(kernel)]
        if bias is not None:
            inputs.append(self.weight("bias", bias))
        size = list(kernel.shape[2:])
        return self.add("Conv", *inputs, kernel_shape=size, strides=[stride, stride])

    def _rounded(self, x: str, span: tuple[float, float]) -> str:
        """Round to 8 bits over a span, widened to hold 0: borders and silence stay exact."""
        low, high = min(span[0], 0.0), max(span[1], 0.0)
        step = max(high - low, TINY) / 255
        with self.scope("rounded"):
            zero = self.constant("zero", round(-low / step), np.uint8)
            by = self.constant("step", step, np.float32), zero
            return self.add("DequantizeLinear", self.add("QuantizeLinear", x, *by), *by)

    def _rounded_weight(self, kernel: Array) -> str:
        """Weights in 8 bits, each output channel with a step of its own."""
        step = np.maximum(np.abs(kernel).max((1, 2, 3)), TINY) / WEIGHT_STEPS
        whole = np.rint(kernel / step[:, None, None, None])
        with self.scope("rounded"):
            return self.add(
                "DequantizeLinear",
                self.constant("weight", whole, np.int8),
                self.constant("steps", step, np.float32),
                self.constant("zeros", np.zeros(len(step)), np.int8),
                axis=0,
            )

    def pad(self, x: str, border: Border, mode: str = "reflect") -> str:
        """Pad (N, C, H, W); `mode` is reflect or edge."""
        if not any(border):
            return x
        if self.portable_padding:
            return self._pad_with_slices(x, border, mode)
        top, left, bottom, right = border
        pads = self.constant("pads", [0, 0, top, left, 0, 0, bottom, right])
        return self.add("Pad", x, pads, mode=mode)

    def _pad_with_slices(self, x: str, border: Border, mode: str) -> str:
        for axis, (before, after) in ((2, (border[0], border[2])), (3, (border[1], border[3]))):
            # Reflected: lines 1 ... before and -2 ... -1 - after; edge: line 0 and -1 again.
            reflect = mode == "reflect"
            first = [i if reflect else 0 for i in range(before, 0, -1)]
            last = [-1 - i if reflect else -1 for i in range(1, after + 1)]
            parts = [*(self._line(x, axis, i) for i in first), x]
            parts += [self._line(x, axis, i) for i in last]
            x = self.add("Concat", *parts, axis=axis) if len(parts) > 1 else x
        return x

    def _line(self, x: str, axis: int, index: int) -> str:
        end = index + 1 if index != -1 else np.iinfo(np.int64).max
        return self.slice(x, [index], [end], [axis])

    def slice(
        self,
        x: str,
        starts: Sequence[int],
        ends: Sequence[int],
        axes: Sequence[int],
        steps: Sequence[int] | None = None,
    ) -> str:
        """Cut out a part."""
        limits = {"starts": starts, "ends": ends, "axes": axes}
        if steps is not None:
            limits["steps"] = steps
        return self.add("Slice", x, *(self.constant(name, at) for name, at in limits.items()))

    def instance_norm(
        self,
        x: str,
        channels: int,
        epsilon: float,
        scale: str | None = None,
        shift: str | None = None,
    ) -> str:
        """Normalise over H and W; `scale` and `shift` are (1, C, 1, 1)."""
        with self.scope("norm"):
            if self.half:
                x, epsilon = self.cast(x, half=False), max(epsilon, 1e-5)
            ones = self.constant("ones", np.ones(channels), np.float32)
            zeros = self.constant("zeros", np.zeros(channels), np.float32)
            x = self.add("InstanceNormalization", x, ones, zeros, epsilon=epsilon)
            x = self.cast(x, half=True) if self.half else x
            x = self.add("Mul", x, scale) if scale else x
            return self.add("Add", x, shift) if shift else x

    def depth_to_space(self, x: str, block: int = 2) -> str:
        """Lay phases out as blocks of 2x2 (or more) pixels, as torch's pixel_shuffle."""
        return self.add("DepthToSpace", x, blocksize=block, mode="CRD")

    def double_bilinear(self, x: str) -> str:
        """Enlarge x2, bilinear, pixels as areas."""
        scales = self.constant("scales", [1, 1, 2, 2], np.float32)
        return self.add(
            "Resize", x, "", scales, mode="linear",
            coordinate_transformation_mode="half_pixel",
        )  # fmt: skip

    def model(
        self,
        inputs: Sequence[onnx.ValueInfoProto],
        outputs: Sequence[onnx.ValueInfoProto],
        *,
        name: str,
        metadata: dict[str, str],
    ) -> onnx.ModelProto:
        """Put the graph together and check it.

        Raises:
            onnx.checker.ValidationError: a node does not fit the operator's definition.
        """
        graph = helper.make_graph(
            self.nodes, name, list(inputs), list(outputs), list(self.weights.values())
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=IR_VERSION,
            producer_name="pleinair",
        )  # fmt: skip
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model
