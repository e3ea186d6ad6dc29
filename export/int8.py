"""A graph with its convolutions in int8, calibrated on photographs (ONNX Runtime's quantiser).

`prepare_int8` is for this machine's own use: kept only where it is faster and looks the same.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from export.job import HELD_OUT, ExportJob
from export.parity import Parity, looks
from export.pictures import GENERATED, check_pictures
from realtime.engines import open_engine
from realtime.engines.choice import trial
from realtime.engines.openvino_engine import OpenVinoEngine
from realtime.errors import BadInputError, EngineError
from realtime.folders import write_whole
from realtime.graph.frames import write_graph
from realtime.graph.signature import graph_inputs
from realtime.graph.store import GraphFile, graph_key
from realtime.network.bundle import load_bundle
from realtime.network.card import read_card

FINEST = ("up2", "end")
"""Scopes of `fast` and `quality` that stay in floating point: at half the picture's size 8 bits are
seen (32 dB on photographs; with these exact, 40)."""
PHOTOGRAPHS = 12
"""Enough for the ranges to settle; more only takes longer."""
TRIAL_ROUNDS = 12


class Photographs(CalibrationDataReader):  # type: ignore[misc]  # ONNX Runtime has no types
    """Every photograph in every style."""

    def __init__(self, job: ExportJob) -> None:
        self._inputs = self._all(job)

    def get_next(self) -> dict[str, Any] | None:
        """Return the next inputs of the graph, or None at the end."""
        return next(self._inputs, None)

    def _all(self, job: ExportJob) -> Iterator[dict[str, Any]]:
        styles = len(read_card(job.bundle).names)
        scenes = check_pictures(_practice(job), job.size)
        for name in (name for name in scenes if name not in GENERATED):
            for look in looks(styles)[:styles]:
                yield graph_inputs(scenes[name], look.style_weights, 1.0)


def _practice(job: ExportJob) -> tuple[Path, ...]:
    """Some photographs from all over the folder: neighbours in it are often of one kind."""
    others = job.photographs[:-HELD_OUT]
    step = max(1.0, len(others) / PHOTOGRAPHS)
    return tuple(others[int(i * step)] for i in range(min(PHOTOGRAPHS, len(others))))


def quantise(model: onnx.ModelProto, job: ExportJob) -> onnx.ModelProto:
    """Return the graph with int8 convolutions; the first stays as it is.

    It sees the picture itself, holds little arithmetic, and would cost most of the visible error.

    Raises:
        BadInputError: too few photographs.
    """
    if not _practice(job):
        raise BadInputError(
            f"int8 is calibrated on photographs, and compared on {HELD_OUT} others: "
            f"got {len(job.photographs)} in all; give --photographs FOLDER with a dozen or more"
        )
    convolutions = [node.name for node in model.graph.node if node.op_type == "Conv"]
    finest = [name for name in convolutions if name.partition("/")[0] in FINEST]
    job.listen(f"calibrating on {len(_practice(job))} photographs")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "int8.onnx"
        level = logging.getLogger().level
        logging.getLogger().setLevel(logging.ERROR)  # it advises to pre-process; that is done
        try:
            quantize_static(
                model,
                str(result),
                Photographs(job),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=["Conv"],
                nodes_to_exclude=[convolutions[0], *finest],
                per_channel=True,
                # Without VNNI, 8-bit products of full range would overflow their 16-bit sums.
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                # Of the photographs' ranges the mean, not the widest: the rare glare that is cut
                # off costs less than the coarser steps for all the rest (8 dB, article network).
                extra_options={"CalibMovingAverage": True},
            )
        finally:
            logging.getLogger().setLevel(level)
        quantised = onnx.load(result)
    onnx.helper.set_model_props(quantised, {p.key: p.value for p in model.metadata_props})
    return quantised


def prepare_int8(job: ExportJob) -> Parity:
    """Calibrate a bundle; `job.out` is where `--precision int8` looks for it.

    Raises:
        BadInputError: too few photographs.
        EngineError: int8 is not faster on this machine, or paints something else.
    """
    data = quantise(write_graph(load_bundle(job.bundle)), job).SerializeToString()
    with open_engine("openvino", job.bundle, device="cpu", precision="auto") as usual:
        graph = GraphFile(data, graph_key(job.bundle, "int8"))
        styles = usual.styles
        with OpenVinoEngine(graph, styles, device="CPU", precision="int8") as int8:
            parity = job.check(int8)
            before, after = trial(usual, int8, rounds=TRIAL_ROUNDS)
        job.listen(f"{usual.description}: {before:.1f} ms for 640x480; int8: {after:.1f} ms")
    if after >= before:
        raise EngineError(
            f"int8 is not faster here ({after:.1f} ms against {before:.1f} ms): nothing was kept. "
            "It needs a CPU with VNNI or AMX; painting goes on as before"
        )
    write_whole(job.out, data)
    return parity
