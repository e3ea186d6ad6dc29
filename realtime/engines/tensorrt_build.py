"""Building a TensorRT engine from a graph, with progress and the timing cache."""

from __future__ import annotations

import logging
from pathlib import Path

import tensorrt as trt

from realtime.errors import EngineError
from realtime.folders import keep
from realtime.graph.signature import FRAMES

log = logging.getLogger(__name__)


class BuildProgress(trt.IProgressMonitor):  # type: ignore[misc]  # TensorRT has no types
    """Reports the top phases of a build to the log."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: dict[str, int] = {}

    def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
        """Begin a phase; only those without a parent are told."""
        if parent_phase is None:
            self._steps[phase_name] = num_steps

    def step_complete(self, phase_name: str, step: int) -> bool:
        """Return True: go on."""
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
    keep(timings, bytes(config.get_timing_cache().serialize()))
    return bytes(plan)
