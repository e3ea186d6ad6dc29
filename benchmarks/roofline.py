"""Roofline model: a device's measured peaks, and the least time that a network needs there.

The limit of a pass is the larger of two times: its arithmetic at the device's measured peak, and
its bytes at the device's measured bandwidth, where every convolution reads its input and weights
once and writes its output once, and every norm reads once more for its statistics (they are known
only when all of the picture has passed). Nothing that computes layer by layer can be faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from realtime.clockwork import percentile, timed
from realtime.network.bundle import load_bundle
from realtime.network.layers import ConditionalInstanceNorm
from realtime.ports import Size

PEAK_SIDE = 4096
CPU_PEAK_SIDE = 1024
COPY_BYTES = 1 << 28
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Peaks:
    """What a device reached in this run."""

    tera_macs: float
    """10^12 multiplications with addition per second, in a square product of matrices."""
    giga_bytes: float
    """10^9 bytes per second read and written, in a copy."""


@dataclass(frozen=True)
class PassCost:
    """What one pass of a network costs."""

    giga_macs: float
    mega_bytes: float

    def limit_ms(self, peaks: Peaks) -> float:
        """The shortest time a pass can take."""
        return max(self.giga_macs / peaks.tera_macs, self.mega_bytes / peaks.giga_bytes)

    def bound(self, peaks: Peaks) -> str:
        """Which of the two it is: `arithmetic` or `bytes`."""
        arithmetic = self.giga_macs / peaks.tera_macs > self.mega_bytes / peaks.giga_bytes
        return "arithmetic" if arithmetic else "bytes"


def measure_peaks(
    device: torch.device,
    dtype: torch.dtype,
    *,
    side: int | None = None,
    copy_bytes: int = COPY_BYTES,
) -> Peaks:
    """Measure a product of matrices and a copy, on the device, in the precision.

    Args:
        device: Where.
        dtype: Of the matrices.
        side: Of the matrices; None: 4096 on GPUs, 1024 on CPUs.
        copy_bytes: What is copied: more than fits into any cache.
    """
    side = side or (CPU_PEAK_SIDE if device.type == "cpu" else PEAK_SIDE)
    a = torch.randn(side, side, device=device, dtype=dtype)
    source = torch.zeros(copy_bytes, device=device, dtype=torch.uint8)
    target = torch.empty_like(source)

    def multiply() -> None:
        torch.mm(a, a)
        finish(device)

    def copy() -> None:
        target.copy_(source)
        finish(device)

    with torch.inference_mode():
        product, moved = (percentile(timed(work, seconds=0.3), 50) for work in (multiply, copy))
    return Peaks(side**3 / product / 1e12, 2 * source.numel() / moved / 1e9)


def cost_of(network: nn.Module, styles: int, size: tuple[int, int], *, half: bool) -> PassCost:
    """Count one pass over a frame of (width, height), without running it."""
    macs = moved = 0.0

    def count(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal macs, moved
        if isinstance(module, nn.Conv2d):
            macs += output.numel() * module.weight[0].numel()
            moved += inputs[0].numel() + output.numel() + module.weight.numel()
        elif isinstance(module, ConditionalInstanceNorm):
            moved += output.numel()

    width, height = size
    shadow = network.to("meta")
    handles = [module.register_forward_hook(count) for module in shadow.modules()]
    frames = torch.empty(1, 3, height, width, device="meta")
    with torch.inference_mode():
        shadow(frames, torch.empty(1, styles, device="meta"))
    for handle in handles:
        handle.remove()
    return PassCost(macs / 1e9, moved * (2 if half else 4) / 1e6)


def roofline(
    bundle: Path, device: str, precision: str, size: Size, milliseconds: float, *, folded: bool
) -> dict[str, float]:
    """Return the shares of the measured peaks that a painting of so many ms reaches.

    A share of the copy above 1 means that caches served what memory could not. Empty for int8,
    whose peak PyTorch cannot measure.

    Args:
        bundle: Of the network.
        device: Of the engine: `cuda`, or another, which is taken for the CPU.
        precision: Of the engine.
        size: Width and height of the picture.
        milliseconds: What a painting took.
        folded: Whether the network ran as `folded()` rewrites it.
    """
    dtype = DTYPES.get(precision)
    if dtype is None:
        return {}
    peaks = _peaks(device if device == "cuda" else "cpu", dtype)
    loaded, half = load_bundle(bundle), dtype != torch.float32
    network = loaded.network.folded() if folded else loaded.network
    cost = cost_of(network, len(loaded.card.names), size, half=half)
    return {
        "giga_macs": round(cost.giga_macs, 3),
        "of_peak_macs": round(cost.giga_macs / milliseconds / peaks.tera_macs, 3),
        "of_peak_copy": round(cost.mega_bytes / milliseconds / peaks.giga_bytes, 3),
    }


@cache
def _peaks(device: str, dtype: torch.dtype) -> Peaks:
    return measure_peaks(torch.device(device), dtype)


def finish(device: torch.device) -> None:
    """Wait until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
