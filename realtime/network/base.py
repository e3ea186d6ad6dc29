"""Base class of transform networks, and the graph builder they write to: the contract.

An architecture is one file, `x_network.py` in this folder, and is found there (`registry`). It
holds `ARCHITECTURE`, an `Architecture`, and its network, a `TransformNetwork`: the PyTorch module,
which is the specification; its exact rewrite for inference (`folded`); the same as a graph, op by
op (`write`); and the multiple that sides are padded to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from realtime.network.config import TransformerConfig

Array = npt.NDArray[np.generic]
Border = tuple[int, int, int, int]
"""Top, left, bottom, right."""
Rows = dict[nn.Module, tuple[str, str]]
"""Where the scale and shift of each norm are, under the style weights: both (1, C, 1, 1)."""


class Graph(Protocol):
    """What a network adds its nodes to; `graph.builder.GraphBuilder` is it for ONNX.

    Values are named by strings. Every method returns the name of what it adds.
    """

    half: bool
    """Whether arithmetic is fp16; statistics are fp32."""

    def scope(self, name: str) -> AbstractContextManager[None]:
        """Prefix the names of what is added inside."""

    def constant(self, base: str, values: npt.ArrayLike, dtype: npt.DTypeLike = ...) -> str:
        """Add a constant, int64 unless said otherwise."""

    def number(self, value: float) -> str:
        """Add a scalar in the precision of the graph."""

    def weight(self, base: str, values: Array) -> str:
        """Add weights in the precision of the graph."""

    def add(self, op: str, *inputs: str, **attributes: object) -> str:
        """Add a node of ONNX's operator `op`."""

    def add_many(self, op: str, *inputs: str, outputs: int, **attributes: object) -> list[str]:
        """Add a node with several outputs."""

    def cast(self, x: str, *, half: bool) -> str:
        """Change to fp16, or to fp32."""

    def conv(self, x: str, kernel: Array, bias: Array | None = None, *, stride: int = 1) -> str:
        """Convolve without padding; kernel (C', C, k, k)."""

    def pad(self, x: str, border: Border, mode: str = "reflect") -> str:
        """Pad (N, C, H, W); `mode` is reflect or edge."""

    def slice(
        self,
        x: str,
        starts: Sequence[int],
        ends: Sequence[int],
        axes: Sequence[int],
        steps: Sequence[int] | None = None,
    ) -> str:
        """Cut out a part."""

    def instance_norm(
        self,
        x: str,
        channels: int,
        epsilon: float,
        scale: str | None = None,
        shift: str | None = None,
    ) -> str:
        """Normalise over H and W; `scale` and `shift` are (1, C, 1, 1)."""

    def depth_to_space(self, x: str, block: int = 2) -> str:
        """Lay phases out as blocks of pixels, as torch's pixel_shuffle."""

    def double_bilinear(self, x: str) -> str:
        """Enlarge x2, bilinear, pixels as areas."""


class TransformNetwork(nn.Module):
    """Base of all transform networks.

    Called as `network(frames, style_weights)`: frames (N, 3, H, W) RGB float in [0, 255], H and W
    >= 16, style weights (N, S); the result is like frames, in about [0, 255].
    """

    multiple_px = 1
    """`write` needs H and W that divide by it."""

    def folded(self) -> Self:
        """Return a copy that computes the same with less work, for inference only."""
        raise NotImplementedError

    def for_training(self) -> Self:
        """Return the network with those rewrites that can be trained; same names of weights."""
        return self

    def residual_kernels(self) -> list[Tensor]:
        """Return the last kernels of residual blocks without norm, to be started small."""
        return []

    def write(self, graph: Graph, x: str, rows: Rows) -> str:
        """Add the network, folded, to a graph: x (N, 3, H, W) in [0, 255] to about [0, 255].

        `tests/realtime/graph` holds every graph against its module.
        """
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What a file of an architecture says about it."""

    config: TransformerConfig
    """The usual shape, for one style."""
    build: Callable[[TransformerConfig], TransformNetwork]
    """Builds it with fresh weights."""
    many_styles: bool = False
    """Whether it can hold several styles, and be given more."""
    trainable: bool = True
    """False: for imported weights only."""
