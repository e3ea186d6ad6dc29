"""What paints: one file per engine.

Each `x_engine.py` has `open_engine(bundle_path, *, device, precision)`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from realtime import plugins
from realtime.ports import Engine

PRECISIONS = ("auto", "fp32", "fp16", "bf16")
DEFAULT = "torch"


def names() -> tuple[str, ...]:
    """List the engines."""
    return plugins.names(sys.modules[__name__], "engine")


def open_engine(
    name: str, bundle: Path, *, device: str = "auto", precision: str = "auto"
) -> Engine:
    """Open an engine.

    Args:
        name: One of `names()`.
        bundle: The style bundle to paint with.
        device: `auto`, or what the engine understands: `cpu`, `cuda`, `cuda:1`, `mps`.
        precision: One of `PRECISIONS`; `auto` is fp16 on GPUs, fp32 on CPUs.

    Raises:
        BadInputError: the device or precision is not to be had here, or the bundle is unusable.
    """
    module = plugins.load(sys.modules[__name__], "engine", name)
    engine: Engine = module.open_engine(bundle, device=device, precision=precision)
    return engine
