"""Paints with TensorRT on an NVIDIA GPU. Engines are built once per size and kept on disk.

The graph is written in fp16 with its statistics in fp32, and the network is strongly typed:
TensorRT computes exactly what the graph says.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorrt as trt
import torch
from torch import Tensor

from realtime.engines.base import SIZES_KEPT, BundleEngine, Shape, chosen_precision, styles_of
from realtime.errors import BadInputError, EngineError
from realtime.folders import cache_folder, write_cache
from realtime.frame import Pixels
from realtime.graph.signature import FRAMES, PAINTINGS, STRENGTH, STYLE_WEIGHTS
from realtime.graph.store import GraphFile, GraphPrecision, graph_of
from realtime.ports import EngineInfo, Precision, Style

PRECISIONS: tuple[GraphPrecision, ...] = ("fp32", "fp16")
log = logging.getLogger(__name__)


@dataclass
class _Loaded:
    """A built engine with its buffers: pinned on the host, fixed on the device."""

    context: Any
    host_in: Tensor
    host_out: Tensor
    device_in: Tensor
    device_out: Tensor
    weights: Tensor
    strength: Tensor


class TensorRtEngine(BundleEngine):
    """A graph on one GPU; a new frame size is built first, which takes minutes."""

    def __init__(
        self,
        graph: GraphFile,
        styles: tuple[Style, ...],
        *,
        device: torch.device,
        precision: Precision,
    ) -> None:
        super().__init__(styles)
        self._graph, self._device = graph, device
        self.info = EngineInfo("tensorrt", "cuda", precision)
        self._logger = trt.Logger(trt.Logger.WARNING)
        self._runtime = trt.Runtime(self._logger)
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._sizes = lru_cache(SIZES_KEPT)(self._load)
        gpu = torch.cuda.get_device_name(device)
        self.description = f"tensorrt {trt.__version__}, {device} ({gpu}), {precision}"

    def paint(
        self, pixels: Pixels, style_weights: npt.NDArray[np.float32], strength: float
    ) -> Pixels:
        """Run the graph (see `BundleEngine`)."""
        loaded = self._sizes((1, *pixels.shape))
        loaded.host_in.copy_(torch.from_numpy(np.require(pixels[None], requirements="W")))
        with torch.cuda.stream(self._stream):
            loaded.device_in.copy_(loaded.host_in, non_blocking=True)
            loaded.weights.copy_(torch.from_numpy(style_weights))
            loaded.strength.fill_(strength)
            if not loaded.context.execute_async_v3(self._stream.cuda_stream):
                raise EngineError(f"{self.description} did not run; see TensorRT's message above")
            loaded.host_out.copy_(loaded.device_out, non_blocking=True)
        self._stream.synchronize()
        painting: Pixels = loaded.host_out.numpy()[0].copy()
        return painting

    def close(self) -> None:
        """Release the engines and their memory."""
        self._sizes.cache_clear()
        del self._runtime
        torch.cuda.empty_cache()

    def _load(self, shape: Shape) -> _Loaded:
        context = self._engine(shape).create_execution_context()
        loaded = _Loaded(
            context=context,
            host_in=torch.empty(shape, dtype=torch.uint8, pin_memory=True),
            host_out=torch.empty(shape, dtype=torch.uint8, pin_memory=True),
            device_in=torch.empty(shape, dtype=torch.uint8, device=self._device),
            device_out=torch.empty(shape, dtype=torch.uint8, device=self._device),
            weights=torch.empty(len(self.styles), device=self._device),
            strength=torch.empty((), device=self._device),
        )
        context.set_input_shape(FRAMES, shape)
        context.set_tensor_address(FRAMES, loaded.device_in.data_ptr())
        context.set_tensor_address(STYLE_WEIGHTS, loaded.weights.data_ptr())
        context.set_tensor_address(STRENGTH, loaded.strength.data_ptr())
        context.set_tensor_address(PAINTINGS, loaded.device_out.data_ptr())
        return loaded

    def _engine(self, shape: Shape) -> trt.ICudaEngine:
        """Load the built engine of a size; build it when there is none, or it does not load."""
        path = self.plan_path(shape)
        if path.is_file():
            engine = self._runtime.deserialize_cuda_engine(path.read_bytes())
            if engine is not None:
                return engine
            log.warning("%s does not load here: building it again", path)
        log.info("building for %dx%d on this GPU, once; this takes minutes", shape[2], shape[1])
        plan = build_plan(self._graph.data, shape, self._logger, path.with_name("timing.cache"))
        write_cache(path, plan)
        engine = self._runtime.deserialize_cuda_engine(plan)
        if engine is None:
            raise EngineError(f"{self.description}: the engine that was just built does not load")
        return engine

    def plan_path(self, shape: Shape) -> Path:
        """Where the engine built for frames of this shape is kept: of this GPU and version only."""
        major, minor = torch.cuda.get_device_capability(self._device)
        gpu = torch.cuda.get_device_name(self._device).replace(" ", "-").replace("/", "-")
        name = f"{self._graph.key}-{shape[2]}x{shape[1]}-{self.info.precision}.plan"
        return cache_folder() / "tensorrt" / f"{gpu}-sm{major}{minor}-{trt.__version__}" / name


class BuildProgress(trt.IProgressMonitor):  # type: ignore[misc]  # TensorRT has no types
    """Reports the top phases of a build to the log."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: dict[str, int] = {}

    def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
        """Begin a phase; only top-level phases are logged."""
        if parent_phase is None:
            self._steps[phase_name] = num_steps

    def step_complete(self, phase_name: str, step: int) -> bool:
        """Return True: continue."""
        if phase_name in self._steps:
            log.info("%s: %d of %d", phase_name, step + 1, self._steps[phase_name])
        return True

    def phase_finish(self, phase_name: str) -> None:
        """End a phase."""
        self._steps.pop(phase_name, None)


def build_plan(graph: bytes, shape: tuple[int, ...], logger: trt.ILogger, timings: Path) -> bytes:
    """Build an engine for frames of one shape, (1, H, W, 3).

    Args:
        graph: The ONNX model.
        shape: Of the frames.
        logger: TensorRT's.
        timings: File of measured kernel times; read when it fits this GPU, and written.

    Raises:
        EngineError: TensorRT does not take the graph, or cannot build it.
    """
    builder = trt.Builder(logger)
    # Strongly typed: the precisions are those of the graph. From TensorRT 11 on always so.
    flag = getattr(trt.NetworkDefinitionCreationFlag, "STRONGLY_TYPED", None)
    network = builder.create_network(0 if flag is None else 1 << int(flag))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(graph):
        said = "; ".join(str(parser.get_error(i)) for i in range(parser.num_errors))
        raise EngineError(f"TensorRT {trt.__version__} does not take the graph: {said}")
    config = builder.create_builder_config()
    config.progress_monitor = BuildProgress()
    known = timings.read_bytes() if timings.is_file() else b""
    cache = config.create_timing_cache(known)
    config.set_timing_cache(cache, ignore_mismatch=False)
    profile = builder.create_optimization_profile()
    profile.set_shape(FRAMES, shape, shape, shape)
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise EngineError(
            f"TensorRT {trt.__version__} could not build for {shape[2]}x{shape[1]}: "
            "see its messages above; a smaller --size needs less memory"
        )
    write_cache(timings, bytes(config.get_timing_cache().serialize()))
    return bytes(plan)


def open_engine(
    bundle: Path, *, device: str, precision: str, threads: int | None = None
) -> TensorRtEngine:
    """Open the engine on `cuda` or `cuda:1`."""
    del threads  # nothing runs on the CPU
    if not torch.cuda.is_available():
        raise BadInputError(
            f"the tensorrt engine needs an NVIDIA GPU, and torch {torch.__version__} sees none: "
            "install the driver and a CUDA build of torch, or use --engine auto"
        )
    target = torch.device("cuda" if device == "auto" else device)
    if target.type != "cuda" or (target.index or 0) >= torch.cuda.device_count():
        raise BadInputError(
            f"device {device!r} is not here for the tensorrt engine: "
            f"expected auto or cuda:0 to cuda:{torch.cuda.device_count() - 1}"
        )
    usual: GraphPrecision = "fp16"
    chosen = chosen_precision(precision, usual, PRECISIONS, "tensorrt")
    graph = graph_of(bundle, chosen)
    return TensorRtEngine(graph, styles_of(bundle), device=target, precision=chosen)
