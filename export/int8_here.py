"""int8 for this machine's own use: kept only where it is faster and looks the same."""

from __future__ import annotations

from export.int8 import quantise
from export.job import ExportJob
from export.parity import Parity
from realtime.engines import open_engine
from realtime.engines.choice import trial
from realtime.engines.openvino_engine import OpenVinoEngine
from realtime.errors import EngineError
from realtime.folders import write_whole
from realtime.graph.frames import write_graph
from realtime.graph.store import GraphFile, graph_key
from realtime.network.bundle import load_bundle

ROUNDS = 12


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
            before, after = trial(usual, int8, rounds=ROUNDS)
        job.listen(f"{usual.description}: {before:.1f} ms for 640x480; int8: {after:.1f} ms")
    if after >= before:
        raise EngineError(
            f"int8 is not faster here ({after:.1f} ms against {before:.1f} ms): nothing was kept. "
            "It needs a CPU with VNNI or AMX; painting goes on as before"
        )
    write_whole(job.out, data)
    return parity
