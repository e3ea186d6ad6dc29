"""The same picture from every engine: all that are here, every shipped bundle, every precision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from export.parity import TOLERANCES, compare
from export.pictures import check_pictures
from realtime import engines
from realtime.engines import open_engine
from realtime.frame import Frame
from realtime.look import Look
from realtime.network.library import SHIPPED
from realtime.ports import Engine
from tests.engines import Remembering, opened

BUNDLES = sorted(SHIPPED.glob("*.safetensors"))
PRECISIONS = ("fp32", "fp16", "bf16")
DEVICES = ("cpu", pytest.param("cuda", marks=pytest.mark.cuda))
NAMES = [name for name in engines.names() if name != "identity"]


@pytest.fixture(scope="module", params=BUNDLES, ids=lambda path: path.stem)
def bundle(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def reference(bundle: Path) -> Iterator[Engine]:
    engine = open_engine("torch", bundle, device="cpu", precision="fp32")
    with Remembering(engine) as remembering:
        yield remembering


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", NAMES)
def test_parity(name: str, precision: str, device: str, bundle: Path, reference: Engine) -> None:
    pictures = check_pictures()
    assert len(pictures) >= 8
    with opened(name, bundle, device, precision) as engine:
        parity = compare(reference, engine, pictures)
    parity.require(TOLERANCES[precision], engine.description)


@pytest.mark.parametrize("name", NAMES)
def test_a_look_that_changes_every_frame_rebuilds_nothing(
    name: str, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(name, bundle, "cpu", "auto") as engine:
        frame = Frame(np.full((48, 64, 3), 90, np.uint8), 0, 0.0)
        count = len(engine.styles)
        engine.stylize(frame, Look.of_style(0, count))
        monkeypatch.setattr("realtime.graph.store.graph_of", None)
        for forbidden in ("openvino.Core.compile_model", "onnxruntime.InferenceSession.__init__"):
            monkeypatch.setattr(forbidden, None)
        for step in range(6):
            weights = np.random.default_rng(step).dirichlet(np.ones(count))
            look = Look(tuple(weights / weights.sum()), 0.5 + step / 12)
            assert engine.stylize(frame, look).pixels.shape == frame.pixels.shape
