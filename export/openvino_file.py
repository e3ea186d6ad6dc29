"""A bundle as OpenVINO's own format: an .xml and a .bin beside it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import openvino

from export.job import ExportJob
from export.parity import Parity
from realtime.engines.openvino_engine import OpenVinoEngine
from realtime.errors import BadInputError
from realtime.folders import write_whole
from realtime.graph.frames import write_graph
from realtime.network.bundle import load_bundle
from realtime.network.card import read_card
from realtime.openvino_core import shared_core
from realtime.ports import Precision, Style
from realtime.provenance import digest

PRECISIONS: tuple[Precision, ...] = ("fp32", "fp16")
"""Of the stored weights; what OpenVINO computes with, the device and its settings decide."""


def export_openvino(job: ExportJob) -> Parity:
    """Write both files, once they have been run and compared.

    Raises:
        BadInputError: another precision, or a name that does not end in .xml.
        EngineError: they do not paint what PyTorch paints; nothing is kept.
    """
    precision = job.require_precision("OpenVINO files", PRECISIONS)
    if job.out.suffix != ".xml":
        raise BadInputError(f"{job.out}: OpenVINO's files are called NAME.xml and NAME.bin")
    job.require_free(job.out.with_suffix(".bin"))
    data = write_graph(load_bundle(job.bundle), size=job.size).SerializeToString()
    card = read_card(job.bundle)
    model = shared_core().read_model(data)
    model.set_rt_info(card.to_json(), ["pleinair", "card"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / job.out.name
        half = precision == "fp16"
        openvino.save_model(model, str(path), compress_to_fp16=half)
        styles = tuple(Style(name) for name in card.names)
        with OpenVinoEngine(path, styles, device="CPU", precision="fp32") as engine:
            parity = job.check(engine)
        model.set_rt_info(parity.to_json(), ["pleinair", "parity"])
        weights = path.with_suffix(".bin").read_bytes()
        model.set_rt_info(digest(weights), ["pleinair", "bin_sha256"])
        openvino.save_model(model, str(path), compress_to_fp16=half)
        write_whole(job.out.with_suffix(".bin"), weights)
        write_whole(job.out, path.read_bytes())
    return parity
