"""Cache of ONNX graphs, so that a warm start needs neither torch nor onnx."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from realtime.errors import BadInputError
from realtime.folders import cache_folder, write_cache
from realtime.graph.signature import GRAPH_VERSION

GraphPrecision = Literal["fp32", "fp16", "int8"]


@dataclass(frozen=True)
class GraphFile:
    """One ONNX model in memory."""

    data: bytes
    key: str
    """Names the bundle's bytes, the writer's version and the precision: for caches of engines."""


def graph_of(bundle: Path, precision: GraphPrecision = "fp32") -> GraphFile:
    """Return a bundle's graph of open size, from the cache or written now.

    Args:
        bundle: The bundle's file.
        precision: Of weights and arithmetic; int8 takes some seconds the first time.

    Raises:
        BadInputError: no such bundle, or a damaged one.
    """
    key = graph_key(bundle, precision)
    path = cache_folder() / "graphs" / f"{bundle.stem}-{key}.onnx"
    if (data := _read_intact(path)) is None:
        data = _written(bundle, precision)
        write_cache(path, data + hashlib.sha256(data).digest())
    return GraphFile(data, key)


def _written(path: Path, precision: GraphPrecision) -> bytes:
    # Heavy, and needed only when there is something to write.
    from realtime.graph.frames import write_graph
    from realtime.network.bundle import load_bundle

    bundle, ranges = load_bundle(path), None
    if precision == "int8":
        from realtime.graph.int8 import measure_ranges

        ranges = measure_ranges(bundle)
    model = write_graph(bundle, half=precision == "fp16", ranges=ranges)
    data: bytes = model.SerializeToString()
    return data


def graph_key(bundle: Path, *details: object) -> str:
    """Name what a graph depends on: the bundle's bytes, the writer's version, and details.

    Raises:
        BadInputError: the bundle cannot be read.
    """
    try:
        digest = hashlib.sha256(bundle.read_bytes())
    except OSError as exc:
        raise BadInputError(f"no style bundle at {bundle}: {exc.strerror}") from exc
    digest.update(repr((GRAPH_VERSION, *details)).encode())
    return digest.hexdigest()[:24]


def _read_intact(path: Path) -> bytes | None:
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    data, check = stored[:-32], stored[-32:]
    return data if hashlib.sha256(data).digest() == check else None
