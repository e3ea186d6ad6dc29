"""A bundle as an ONNX file: uint8 frames in, uint8 paintings out; see `realtime.graph.frames`."""

from __future__ import annotations

import onnx

from export.job import ExportJob
from export.parity import Parity
from realtime.engines.base import styles_of
from realtime.folders import write_whole
from realtime.graph.builder import OPSET
from realtime.graph.frames import write_graph
from realtime.graph.int8 import measure_ranges
from realtime.graph.store import GraphFile
from realtime.network.bundle import load_bundle
from realtime.ports import Engine, Precision

PRECISIONS: tuple[Precision, ...] = ("fp32", "fp16", "int8")


def export_onnx(job: ExportJob, *, opset: int = OPSET, portable_padding: bool = False) -> Parity:
    """Write the file, once it has been run and compared.

    Raises:
        BadInputError: a precision or opset that is not written.
        EngineError: the file does not paint what PyTorch paints; nothing is kept.
    """
    precision = job.require_precision("ONNX", PRECISIONS)
    bundle = load_bundle(job.bundle)
    model = write_graph(
        bundle,
        size=job.size,
        half=precision == "fp16",
        portable_padding=portable_padding,
        opset=opset,
        ranges=measure_ranges(bundle) if precision == "int8" else None,
    )
    with run_onnx(job, model.SerializeToString(), precision) as engine:
        parity = job.check(engine)
    onnx.helper.set_model_props(
        model, {p.key: p.value for p in model.metadata_props} | {"parity": parity.to_json()}
    )
    write_whole(job.out, model.SerializeToString())
    return parity


def run_onnx(job: ExportJob, data: bytes, precision: Precision) -> Engine:
    """Open what can run an ONNX model here: ONNX Runtime, or else OpenVINO."""
    styles = styles_of(job.bundle)
    graph = GraphFile(data, "export")
    try:
        from realtime.engines.onnxruntime_engine import OnnxRuntimeEngine
    except ModuleNotFoundError:
        pass
    else:
        return OnnxRuntimeEngine(graph, styles, device="cpu", precision=precision)
    from realtime.engines.openvino_engine import OpenVinoEngine

    return OpenVinoEngine(graph, styles, device="CPU", precision=precision)
