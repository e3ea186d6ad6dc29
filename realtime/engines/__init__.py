"""Inference engines: one file per engine.

Each `x_engine.py` has `open_engine(bundle_path, *, device, precision, threads)`.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from realtime import plugins
from realtime.ports import Engine
from realtime.settings import FASTEST

AUTO = "auto"


def names() -> tuple[str, ...]:
    """List the engines."""
    return plugins.names(sys.modules[__name__], "engine")


def open_engine(
    name: str,
    bundle: Path,
    *,
    device: str = "auto",
    precision: str = "auto",
    threads: int | None = None,
) -> Engine:
    """Open an engine.

    Args:
        name: One of `names()`, or `auto`: the fastest on this machine, see `engines.choice`.
        bundle: The style bundle to paint with.
        device: `auto`, or what the engine understands: `cpu`, `cuda`, `cuda:1`, `mps`, `gpu`.
        precision: `auto`, or what the engine understands. `auto` is what is fast and safe on the
            device: fp16 on GPUs, on CPUs bf16 where they have it, else fp32. `fastest`: int8, where
            that is much faster still.
        threads: On CPUs, how many to paint with; all when None.

    Raises:
        BadInputError: the device or precision is not available here, or the bundle is unusable.
    """
    if name == AUTO or precision == FASTEST:
        # Imports a lot, and is not needed for what is asked for by name.
        from realtime.engines.choice import IN_INT8, choose_engine

        if name not in (AUTO, *IN_INT8):
            return open_engine(name, bundle, device=device, threads=threads)
        engine, _ = choose_engine(
            names() if name == AUTO else (name,),
            bundle,
            device=device,
            precision=precision,
            open_engine=partial(open_engine, threads=threads),
        )
        return engine
    module = plugins.load(sys.modules[__name__], "engine", name)
    opened: Engine = module.open_engine(bundle, device=device, precision=precision, threads=threads)
    return opened
