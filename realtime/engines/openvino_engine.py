"""Paints with OpenVINO: the fastest on Intel and AMD CPUs; also Intel's GPUs and NPUs."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import openvino
from openvino import properties
from openvino.properties import hint

from realtime.engines.base import SIZES_KEPT, BundleEngine, Shape, chosen_precision, styles_of
from realtime.errors import BadInputError, EngineError, one_line
from realtime.folders import usable_cache
from realtime.frame import Pixels
from realtime.graph.signature import FRAMES, PAINTINGS, graph_inputs
from realtime.graph.store import GraphFile, graph_of
from realtime.machine import threads_in_words, usable_cpus
from realtime.openvino_core import shared_core
from realtime.ports import Device, EngineInfo, Precision, Style

TYPES: dict[Precision, openvino.Type] = {
    "fp32": openvino.Type.f32,
    "bf16": openvino.Type.bf16,
    "fp16": openvino.Type.f16,
}
"""Element types of the precisions."""
PRECISIONS: tuple[Precision, ...] = (*TYPES, "int8")


class OpenVinoEngine(BundleEngine):
    """A graph (of the store, or a file that OpenVINO reads) on one OpenVINO device."""

    def __init__(
        self,
        graph: GraphFile | Path,
        styles: tuple[Style, ...],
        *,
        device: str,
        precision: Precision,
        threads: int | None = None,
    ) -> None:
        super().__init__(styles)
        self._device = device
        # All logical CPUs: by itself OpenVINO leaves hyper-threads idle, and in a virtual machine
        # it takes every second core for one.
        self._threads = (threads or usable_cpus()) if device == "CPU" else None
        self.info = EngineInfo("openvino", _kind(device), precision, self._threads)
        self._core = shared_core()
        self._core.set_property({properties.cache_dir: str(usable_cache("openvino") or "")})
        self._model = self._core.read_model(graph if isinstance(graph, Path) else graph.data)
        self._requests = lru_cache(SIZES_KEPT)(self._compile)
        version = openvino.__version__.partition("-")[0]
        using = f" ({threads_in_words(self._threads)})" if self._threads else ""
        what = self._core.get_property(device, properties.device.full_name)
        self.description = f"openvino {version}, {what.strip()}{using}, {precision}"

    def paint(
        self, pixels: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Pixels:
        """Run the graph (see `BundleEngine`)."""
        inputs = graph_inputs(pixels, style_weights, strength)
        request = self._requests((1, *pixels.shape))
        painting: Pixels = request.infer(inputs, share_inputs=True)[PAINTINGS][0]
        return painting

    def close(self) -> None:
        """Drop what was compiled."""
        self._requests.cache_clear()
        del self._model

    def _compile(self, shape: Shape) -> openvino.InferRequest:
        model = self._model.clone()
        model.reshape({FRAMES: list(shape)})
        settings = {
            hint.performance_mode: hint.PerformanceMode.LATENCY,
            hint.inference_precision: self._arithmetic(),
        }
        if self._threads is not None:
            settings[properties.inference_num_threads] = self._threads
            # Bound to its core, a thread waits for other programs there, and every layer waits for
            # the thread: beside one busy core of two that made 91 ms out of 9, without it 16.
            settings[hint.enable_cpu_pinning] = False
        return self._core.compile_model(model, self._device, settings).create_infer_request()

    def _arithmetic(self) -> openvino.Type:
        """Return the precision to compute in; for an int8 graph, that of its other parts."""
        if self.info.precision != "int8":
            return TYPES[self.info.precision]
        able = self._core.get_property(self._device, properties.device.capabilities)
        return TYPES[_fastest_precision(self._device, set(able))]


def open_engine(
    bundle: Path, *, device: str, precision: str, threads: int | None = None
) -> OpenVinoEngine:
    """Open the engine on `cpu` (also for `auto`), `gpu`, `gpu.1` or `npu`."""
    core = shared_core()
    target = _choose_device(core, device)
    able = set(core.get_property(target, properties.device.capabilities))
    usual = _fastest_precision(target, able)
    chosen = chosen_precision(precision, usual, PRECISIONS, "openvino")
    if chosen.upper() not in able and chosen in ("bf16", "fp16"):
        raise BadInputError(
            f"{target} has no {chosen} here (OpenVINO lists {', '.join(sorted(able))}): "
            "use --precision fp32"
        )
    graph = graph_of(bundle, "int8" if chosen == "int8" else "fp32")
    try:
        return OpenVinoEngine(
            graph, styles_of(bundle), device=target, precision=chosen, threads=threads
        )
    except RuntimeError as exc:
        raise EngineError(
            f"OpenVINO cannot run {bundle.stem} on {target}: {one_line(exc)}"
        ) from exc


def _choose_device(core: openvino.Core, name: str) -> str:
    here = core.available_devices
    wanted = "CPU" if name == "auto" else name.upper()
    if re.fullmatch(r"(CPU|GPU|NPU)(\.\d+)?", wanted) and wanted in _with_indices(here):
        return wanted
    raise BadInputError(
        f"device {name!r} is not here for the openvino engine: OpenVINO sees "
        f"{', '.join(here).lower() or 'none'}; use --device auto"
    )


def _with_indices(devices: list[str]) -> set[str]:
    # With two GPUs OpenVINO lists GPU.0 and GPU.1; GPU alone then means the first.
    return {*devices, *(device.partition(".")[0] for device in devices)}


def _kind(device: str) -> Device:
    """Return what OpenVINO's name of a device, such as `GPU.1`, is."""
    kinds: dict[str, Device] = {"CPU": "cpu", "GPU": "gpu", "NPU": "npu"}
    return kinds[device.partition(".")[0]]


def _fastest_precision(device: str, able: set[str]) -> Precision:
    if device != "CPU":
        return "fp16" if "FP16" in able else "fp32"
    return "bf16" if "BF16" in able else "fp32"
