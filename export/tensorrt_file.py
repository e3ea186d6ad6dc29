"""A bundle as a TensorRT engine for this GPU and one size."""

from __future__ import annotations

import json

from export.job import ExportJob
from export.parity import Parity
from realtime.engines.tensorrt_engine import PRECISIONS, open_engine
from realtime.errors import BadInputError
from realtime.folders import write_whole
from realtime.provenance import WRITTEN_BY, digest


def export_tensorrt(job: ExportJob) -> Parity:
    """Build, run, compare, then write the file; `--engine tensorrt` uses what was built, too.

    Raises:
        BadInputError: no GPU, no size, or another precision.
        EngineError: TensorRT cannot build it, or it does not paint what PyTorch paints.
    """
    if job.size is None:
        raise BadInputError("a TensorRT engine is built for one size: give --size, as in 1280x720")
    job.require_precision("TensorRT", PRECISIONS)
    report = job.out.with_name(f"{job.out.name}.json")
    job.require_free(report)
    with open_engine(job.bundle, device="auto", precision=job.precision) as engine:
        parity = job.check(engine)
        width, height = job.size
        plan = engine.plan_path((1, height, width, 3)).read_bytes()
        write_whole(job.out, plan)
    notes = WRITTEN_BY | {"sha256": digest(plan), "parity": json.loads(parity.to_json())}
    write_whole(report, json.dumps(notes).encode())
    return parity
