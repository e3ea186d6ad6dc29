"""Opening engines in tests: what this machine does not have is skipped, and said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from realtime.engines import open_engine
from realtime.engines.base import WrappedEngine
from realtime.errors import MissingExtraError
from realtime.frame import Frame
from realtime.look import Look
from realtime.openvino_core import shared_core
from realtime.ports import Engine
from tests.helpers import not_here


def opened(name: str, bundle: Path, device: str = "auto", precision: str = "auto") -> Engine:
    """Open an engine, or skip what is known not to be here, saying what.

    What should open and does not is a failure: no error of an engine's is turned into a skip.
    """
    if (missing := _missing(name, device, precision)) is not None:
        pytest.skip(missing)
    try:
        return open_engine(name, bundle, device=device, precision=precision)
    except MissingExtraError as exc:
        not_here(str(exc))


def _missing(name: str, device: str, precision: str) -> str | None:
    """Say what this machine lacks for an engine, by asking the libraries, not the engine."""
    if name == "tensorrt" and not torch.cuda.is_available():
        return "TensorRT needs an NVIDIA GPU"
    if name == "openvino" and device == "cuda":
        return "OpenVINO has no device cuda"
    if name == "openvino" and precision in ("bf16", "fp16"):
        offered = shared_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        if precision.upper() not in offered:
            return f"this CPU has no {precision}, says OpenVINO"
    if name == "onnxruntime" and precision == "bf16":
        return "ONNX Runtime computes no bf16"
    if name == "onnxruntime" and device == "cuda" and not _onnxruntime_has_cuda():
        return "this onnxruntime has no CUDA"
    return None


def _onnxruntime_has_cuda() -> bool:
    try:
        import onnxruntime
    except ImportError:
        return False
    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


class Remembering(WrappedEngine):
    """An engine that paints every picture once in every look."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._painted: dict[tuple[bytes, tuple[int, ...], Look], Frame] = {}

    def stylize(self, frame: Frame, look: Look) -> Frame:
        key = (frame.pixels.tobytes(), frame.pixels.shape, look)
        if key not in self._painted:
            self._painted[key] = self._engine.stylize(frame, look)
        return self._painted[key]
