"""Painting on an NVIDIA GPU with PyTorch: one CUDA graph per frame size, pinned transfers.

A small network is a hundred small kernels; if they are launched one by one, the GPU waits for the
CPU. A captured graph launches them all at once, on fixed buffers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from realtime.engines.base import SIZES_KEPT, Shape
from realtime.frame import Pixels
from realtime.network.pixels import from_bytes, to_bytes

WARM_UPS = 3
"""Passes before the capture: libraries choose their kernels and allocate in the first ones."""


@dataclass
class _Captured:
    graph: torch.cuda.CUDAGraph
    host_in: Tensor
    host_out: Tensor
    device_in: Tensor
    weights: Tensor
    strength: Tensor
    painting: Tensor


class GraphedPainter:
    """Paints (H, W, 3) uint8 frames with one network on one GPU."""

    def __init__(
        self, network: nn.Module, *, device: torch.device, dtype: torch.dtype, styles: int
    ) -> None:
        self._network, self._device, self._dtype, self._styles = network, device, dtype, styles
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._sizes = lru_cache(SIZES_KEPT)(self._capture)

    def paint(
        self, pixels: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Pixels:
        """Paint a frame into memory of its own.

        Raises:
            RuntimeError: the GPU ran out of memory, or failed.
        """
        captured = self._sizes(pixels.shape)
        with torch.inference_mode(), torch.cuda.stream(self._stream):
            captured.host_in.copy_(torch.from_numpy(np.require(pixels, requirements="W")))
            captured.device_in.copy_(captured.host_in, non_blocking=True)
            captured.weights.copy_(torch.from_numpy(style_weights[None]))
            captured.strength.fill_(strength)
            captured.graph.replay()
            captured.host_out.copy_(captured.painting, non_blocking=True)
        self._stream.synchronize()
        painting: Pixels = captured.host_out.numpy().copy()
        return painting

    def close(self) -> None:
        """Drop the graphs and their memory."""
        self._sizes.cache_clear()

    @torch.inference_mode()
    def _capture(self, shape: Shape) -> _Captured:
        device_in = torch.zeros(shape, dtype=torch.uint8, device=self._device)
        weights = torch.full(
            (1, self._styles), 1 / self._styles, dtype=self._dtype, device=self._device
        )
        strength = torch.ones((), dtype=self._dtype, device=self._device)
        self._stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._stream):
            for _ in range(WARM_UPS):
                paint_on_device(self._network, device_in, weights, strength)
        self._stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            painting = paint_on_device(self._network, device_in, weights, strength)
        return _Captured(
            graph,
            torch.empty(shape, dtype=torch.uint8, pin_memory=True),
            torch.empty(shape, dtype=torch.uint8, pin_memory=True),
            device_in,
            weights,
            strength,
            painting,
        )


def paint_on_device(network: nn.Module, frame: Tensor, weights: Tensor, strength: Tensor) -> Tensor:
    """Paint on the device: (H, W, 3) uint8 to the same.

    Args:
        network: Folded.
        frame: The frame.
        weights: (1, S), in the dtype of the network.
        strength: (), likewise.
    """
    picture = from_bytes(frame, weights.dtype)
    painting = network(picture, weights).clamp(0.0, 255.0)
    return to_bytes(torch.lerp(picture, painting, strength))
