"""What a device can do at best, and what a network therefore needs at least.

The floor of a pass is the larger of two times: its arithmetic at the device's measured peak, and
its bytes at the device's measured bandwidth, where every convolution reads its input and weights
once and writes its output once, and every norm reads once more for its statistics (they are known
only when all of the picture has passed). Nothing that computes layer by layer can be faster.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from benchmarks.measure import timed
from realtime.clockwork import percentile
from realtime.network.layers import ConditionalInstanceNorm

PEAK_SIDE = 4096
COPY_BYTES = 1 << 28


@dataclass(frozen=True)
class Peaks:
    """What a device reached in this run."""

    tera_macs: float
    """10^12 multiplications with addition per second, in a square product of matrices."""
    giga_bytes: float
    """10^9 bytes per second read and written, in a copy."""


@dataclass(frozen=True)
class Work:
    """What one pass of a network costs."""

    giga_macs: float
    mega_bytes: float

    def floor_ms(self, peaks: Peaks) -> float:
        """The shortest time a pass can take."""
        return max(self.giga_macs / peaks.tera_macs, self.mega_bytes / peaks.giga_bytes)

    def bound(self, peaks: Peaks) -> str:
        """Which of the two it is: `arithmetic` or `bytes`."""
        arithmetic = self.giga_macs / peaks.tera_macs > self.mega_bytes / peaks.giga_bytes
        return "arithmetic" if arithmetic else "bytes"


def measure_peaks(device: torch.device, dtype: torch.dtype, *, side: int = PEAK_SIDE) -> Peaks:
    """Measure a product of matrices and a copy, on the device, in the precision."""
    a = torch.randn(side, side, device=device, dtype=dtype)
    source = torch.zeros(COPY_BYTES // 16 if side < PEAK_SIDE else COPY_BYTES, device=device,
                         dtype=torch.uint8)  # fmt: skip
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


def work_of(network: nn.Module, styles: int, size: tuple[int, int], *, half: bool) -> Work:
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
    return Work(macs / 1e9, moved * (2 if half else 4) / 1e6)


def finish(device: torch.device) -> None:
    """Wait until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
