"""Cache of ONNX graphs, so that a warm start needs neither torch nor onnx."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from realtime.errors import BadInputError
from realtime.folders import cache_folder, data_folder, write_cache
from realtime.graph.signature import GRAPH_VERSION


@dataclass(frozen=True)
class GraphFile:
    """One ONNX model in memory."""

    data: bytes
    key: str
    """Names the bundle's bytes, the writer's version and the precision: for caches of engines."""


def graph_of(bundle: Path, *, half: bool = False) -> GraphFile:
    """Return a bundle's graph of open size, from the cache or written now.

    Raises:
        BadInputError: no such bundle, or a damaged one.
    """
    key = graph_key(bundle, "half" if half else "full")
    path = cache_folder() / "graphs" / f"{bundle.stem}-{key}.onnx"
    if (data := _read_intact(path)) is None:
        # Heavy: only when there is something to write.
        from realtime.graph.frames import write_graph
        from realtime.network.bundle import load_bundle

        data = write_graph(load_bundle(bundle), half=half).SerializeToString()
        write_cache(path, data + hashlib.sha256(data).digest())
    return GraphFile(data, key)


def quantised_graph_of(bundle: Path) -> GraphFile:
    """Return the int8 graph that `pleinair export int8` made of a bundle.

    Raises:
        BadInputError: it has not been made, or from another version of the bundle.
    """
    key = graph_key(bundle, "int8")
    path = quantised_path(bundle)
    if not path.is_file():
        raise BadInputError(
            f"no int8 graph of {bundle.stem} here: make one with photographs of yours, "
            f"pleinair export int8 {bundle.stem} --photographs FOLDER"
        )
    return GraphFile(path.read_bytes(), key)


def quantised_path(bundle: Path) -> Path:
    """Return where the int8 graph of exactly this bundle is kept."""
    return data_folder() / "int8" / f"{bundle.stem}-{graph_key(bundle, 'int8')}.onnx"


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
