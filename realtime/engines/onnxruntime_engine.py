"""Paints with ONNX Runtime: on CPUs, CUDA GPUs, Apple's Core ML, and DirectML on Windows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from realtime.engines.base import BundleEngine, chosen_precision, styles_of
from realtime.errors import BadInputError, EngineError, one_line
from realtime.frame import Pixels
from realtime.graph.signature import PAINTINGS, graph_inputs
from realtime.graph.store import GraphFile, GraphPrecision, graph_of
from realtime.machine import usable_cpus
from realtime.ports import Device, EngineInfo, Precision, Style

PROVIDERS: dict[Device, str] = {
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "dml": "DmlExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
"""By the names of `--device`; `auto` takes the first that is installed and works."""
PRECISIONS: tuple[GraphPrecision, ...] = ("fp32", "fp16", "int8")


class OnnxRuntimeEngine(BundleEngine):
    """A graph in one session."""

    def __init__(
        self,
        graph: GraphFile,
        styles: tuple[Style, ...],
        *,
        device: Device,
        index: str = "",
        precision: Precision,
        threads: int | None = None,
    ) -> None:
        super().__init__(styles)
        options = {"device_id": index} if index else {}
        settings = onnxruntime.SessionOptions()
        on_cpu = device == "cpu"
        self.info = EngineInfo(
            "onnxruntime", device, precision,
            threads=(threads or usable_cpus()) if on_cpu else None, lockstep=on_cpu,
        )  # fmt: skip
        if on_cpu:
            settings.intra_op_num_threads = threads or 0  # 0: it decides
        settings.log_severity_level = 3  # errors; warnings of the optimiser mean nothing to users
        self._session = onnxruntime.InferenceSession(
            graph.data, settings, providers=[(PROVIDERS[device], options)]
        )
        got = self._session.get_providers()
        if got[0] != PROVIDERS[device]:
            raise BadInputError(
                f"ONNX Runtime {onnxruntime.__version__} could not start {PROVIDERS[device]} and "
                f"offers {', '.join(got)}: check the driver, or use --device cpu"
            )
        self.description = f"onnxruntime {onnxruntime.__version__}, {got[0]}, {precision}"

    def paint(
        self, pixels: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Pixels:
        """Run the graph (see `BundleEngine`)."""
        inputs = graph_inputs(pixels, style_weights, strength)
        painting: Pixels = self._session.run([PAINTINGS], inputs)[0][0]
        return painting

    def close(self) -> None:
        """Drop the session."""
        del self._session


def open_engine(
    bundle: Path, *, device: str, precision: str, threads: int | None = None
) -> OnnxRuntimeEngine:
    """Open the engine on `cpu`, `cuda`, `cuda:1`, `coreml`, `dml`, or the best of them."""
    target, index = _choose_device(device)
    usual: GraphPrecision = "fp16" if target in ("cuda", "dml") else "fp32"
    chosen = chosen_precision(precision, usual, PRECISIONS, "onnxruntime")
    try:
        return OnnxRuntimeEngine(
            graph_of(bundle, chosen), styles_of(bundle),
            device=target, index=index, precision=chosen, threads=threads,
        )  # fmt: skip
    except RuntimeError as exc:
        raise EngineError(
            f"ONNX Runtime cannot run {bundle.stem} on {target}: {one_line(exc)}"
        ) from exc


def _choose_device(name: str) -> tuple[Device, str]:
    """Return the device and its number, empty for the first."""
    installed = set(onnxruntime.get_available_providers())
    here = [device for device, provider in PROVIDERS.items() if provider in installed]
    if name == "auto":
        return here[0], ""
    kind, colon, index = name.lower().partition(":")
    device = next((device for device in here if device == kind), None)
    if device is None or (colon and not index.isdigit()):
        raise BadInputError(
            f"device {name!r} is not here for the onnxruntime engine: this build has "
            f"{', '.join(here)}; use --device auto, or install onnxruntime-gpu (CUDA) or "
            "onnxruntime-directml (Windows)"
        )
    return device, index
