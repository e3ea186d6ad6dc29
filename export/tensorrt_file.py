"""A bundle as a TensorRT engine for this GPU and one size."""

from __future__ import annotations

from contextlib import closing

from export.job import Job
from export.parity import Parity
from realtime.engines.tensorrt_engine import PRECISIONS, open_engine
from realtime.errors import BadInputError
from realtime.folders import write_whole


def export_tensorrt(job: Job) -> Parity:
    """Build, run, compare, then write the file; `--engine tensorrt` uses what was built, too.

    Raises:
        BadInputError: no GPU, no size, or another precision.
        EngineError: TensorRT cannot build it, or it does not paint what PyTorch paints.
    """
    if job.size is None:
        raise BadInputError("a TensorRT engine is built for one size: give --size, as in 1280x720")
    if job.precision not in PRECISIONS:
        raise BadInputError(f"no TensorRT in {job.precision!r}: expected {', '.join(PRECISIONS)}")
    with closing(open_engine(job.bundle, device="auto", precision=job.precision)) as engine:
        parity = job.check(engine)
        width, height = job.size
        write_whole(job.out, engine.plan_path((1, height, width, 3)).read_bytes())
    write_whole(job.out.with_name(job.out.name + ".json"), parity.to_json().encode())
    return parity
