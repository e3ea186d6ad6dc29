"""Paints with PyTorch: on any CPU, on CUDA GPUs, and on Apple's GPUs (MPS)."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from realtime.engines.base import BundleEngine, chosen_precision, styles_of
from realtime.engines.torch_cuda import GraphedPainter
from realtime.frame import Pixels
from realtime.machine import threads_in_words
from realtime.network.bundle import Bundle, load_bundle
from realtime.network.device import choose_device
from realtime.network.pixels import to_pixels, to_tensor
from realtime.ports import Device, EngineInfo, Precision

log = logging.getLogger(__name__)
DTYPES: dict[Precision, torch.dtype] = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
}


class TorchEngine(BundleEngine):
    """A folded transform network in channels-last memory on one device."""

    def __init__(
        self,
        bundle: Bundle,
        *,
        device: torch.device,
        precision: Precision,
        threads: int | None = None,
    ) -> None:
        super().__init__(styles_of(bundle.card))
        self.device, self.dtype = device, DTYPES[precision]
        on_cpu = device.type == "cpu"
        self.info = EngineInfo(
            "torch", _kind(device), precision,
            threads=(threads or torch.get_num_threads()) if on_cpu else None, lockstep=on_cpu,
        )  # fmt: skip
        network = bundle.network.folded()
        self.network: nn.Module = network.to(device, self.dtype)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._painter: GraphedPainter | None = None
        if device.type == "cuda":
            self._painter = GraphedPainter(
                self.network, device=device, dtype=self.dtype, styles=len(self.styles)
            )
        self.description = (
            f"torch {torch.__version__}, {_device_name(device, self.info.threads)}, {precision}"
        )

    def paint(
        self, pixels: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Pixels:
        """Run the network (see `BundleEngine`)."""
        if self._painter is not None:
            painting = self._graphed(self._painter, pixels, style_weights, strength)
            if painting is not None:
                return painting
        threads = self.info.threads
        if threads is not None and threads != torch.get_num_threads():
            torch.set_num_threads(threads)  # of the process: another engine may differ
        with torch.inference_mode():
            return to_pixels(self._paint(pixels, style_weights, strength))

    def close(self) -> None:
        """Drop the network and release cached GPU memory."""
        if self._painter is not None:
            self._painter.close()
        del self.network
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _graphed(
        self,
        painter: GraphedPainter,
        pixels: Pixels,
        style_weights: npt.NDArray[np.float32],
        strength: float,
    ) -> Pixels | None:
        """Paint through a CUDA graph; None, and said once, where this GPU cannot capture one."""
        try:
            return painter.paint(pixels, style_weights, strength)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as exc:
            log.warning("no CUDA graph here, painting without, more slowly: %s", exc)
            self._painter = None
            return None

    def _paint(
        self, pixels: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Tensor:
        weights = torch.from_numpy(style_weights[None]).to(self.device, self.dtype)
        # from_numpy warns of read-only memory
        picture = to_tensor(np.require(pixels, requirements="W"), self.device, self.dtype)
        painting: Tensor = self.network(picture, weights)
        if strength < 1.0:
            # Clamped first: an overshooting highlight must not outshine its share of the blend.
            painting = torch.lerp(picture, painting.clamp(0.0, 255.0), strength)
        return painting


def open_engine(
    bundle: Path, *, device: str, precision: str, threads: int | None = None
) -> TorchEngine:
    """Load the bundle and move its network to the device."""
    target = choose_device(device)
    usual: Precision = "fp32" if target.type == "cpu" else "fp16"
    chosen = chosen_precision(precision, usual, tuple(DTYPES), "torch")
    return TorchEngine(load_bundle(bundle), device=target, precision=chosen, threads=threads)


def _kind(device: torch.device) -> Device:
    kinds: dict[str, Device] = {"cpu": "cpu", "cuda": "cuda", "mps": "mps"}
    return kinds[device.type]


def _device_name(device: torch.device, threads: int | None) -> str:
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    if device.type == "cpu":
        return f"cpu ({threads_in_words(threads or torch.get_num_threads())})"
    return str(device)
