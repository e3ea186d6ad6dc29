"""The graphs: their own arithmetic, their openness, and what a runtime without pleinair sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from export.parity import TOLERANCES, compare
from export.pictures import check_pictures
from realtime.engines import open_engine
from realtime.engines.onnxruntime_engine import OnnxRuntimeEngine
from realtime.errors import BadInputError
from realtime.graph.builder import OPSETS
from realtime.graph.frames import write_graph
from realtime.graph.store import GraphFile, graph_key, graph_of
from realtime.network.bundle import load_bundle
from realtime.ports import Engine
from tests.engines import Remembering
from tests.helpers import FAST


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def reference() -> Iterator[Engine]:
    with Remembering(open_engine("torch", FAST, device="cpu")) as engine:
        yield engine


@pytest.mark.parametrize("portable", [False, True])
@pytest.mark.parametrize("opset", [OPSETS.start, OPSETS.stop - 1])
@pytest.mark.parametrize("size", [None, (67, 45)])
def test_every_way_to_write_it_is_the_same_network(
    opset: int, portable: bool, size: tuple[int, int] | None, reference: Engine
) -> None:
    model = write_graph(load_bundle(FAST), size=size, portable_padding=portable, opset=opset)
    if portable and size:
        assert "Pad" not in {node.op_type for node in model.graph.node}
    graph = GraphFile(model.SerializeToString(), "test")
    with OnnxRuntimeEngine(graph, reference.styles, device="cpu", precision="fp32") as engine:
        parity = compare(reference, engine, check_pictures(size=size))
    parity.require(TOLERANCES["fp32"], "the graph")


def test_it_paints_a_batch_at_once(reference: Engine) -> None:
    data = write_graph(load_bundle(FAST)).SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    frames = np.random.default_rng(0).integers(0, 256, (3, 40, 56, 3), np.uint8)
    weights = np.eye(len(reference.styles), dtype=np.float32)[1]
    inputs = {"style_weights": weights, "strength": np.array(1, np.float32)}
    (together,) = session.run(None, {"frames": frames, **inputs})
    alone = [session.run(None, {"frames": frame[None], **inputs})[0][0] for frame in frames]
    assert np.abs(together.astype(int) - np.stack(alone)).max() <= 1


def test_the_file_says_what_it_is() -> None:
    model = write_graph(load_bundle(FAST))
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["pleinair"])["config"]["architecture"] == "fast"
    names = {node.name for node in model.graph.node}
    assert {"stem/conv", "trunk0/inner/norm/instancenormalization", "end/depthtospace"} <= names


def test_opsets_that_mean_something_else_are_refused() -> None:
    with pytest.raises(BadInputError, match="no opset 9: expected 13 to 21"):
        write_graph(load_bundle(FAST), opset=9)


def test_a_damaged_cache_is_written_again(cache: Path) -> None:
    first = graph_of(FAST)
    (stored,) = cache.rglob("*.onnx")
    whole = stored.read_bytes()
    stored.write_bytes(whole[:1000])
    assert graph_of(FAST) == first
    assert stored.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_error(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert graph_of(FAST).data


def test_the_key_follows_the_bundle_and_the_precision(tmp_path: Path) -> None:
    other = tmp_path / "fast.safetensors"
    other.write_bytes(FAST.read_bytes() + b" ")
    assert len({graph_key(FAST), graph_key(FAST, "half"), graph_key(other)}) == 3
    with pytest.raises(BadInputError, match="no style bundle at"):
        graph_key(tmp_path / "none.safetensors")
