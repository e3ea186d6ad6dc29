"""int8: calibrated on drawn pictures, near to PyTorch on photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from export.parity import TOLERANCES, compare
from export.pictures import GENERATED, check_pictures
from realtime.engines import open_engine
from realtime.graph.builder import Ranges
from realtime.graph.frames import write_graph
from realtime.graph.int8 import dead_leaves, measure_ranges
from realtime.network.bundle import load_bundle
from realtime.network.library import SHIPPED
from realtime.reading import find_photographs
from tests.engines import Remembering
from tests.helpers import FAST


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def ranges() -> Ranges:
    return measure_ranges(load_bundle(FAST))


def test_it_needs_no_preparation_and_paints_photographs_as_pytorch_does(
    photographs_folder: Path,
) -> None:
    pictures = check_pictures(tuple(find_photographs(photographs_folder))[::3])
    with Remembering(open_engine("torch", FAST, device="cpu", precision="fp32")) as torch:
        for name in ("openvino", "onnxruntime"):
            with open_engine(name, FAST, device="cpu", precision="int8") as engine:
                assert engine.info.precision == "int8"
                parity = compare(torch, engine, pictures)
            parity.require(TOLERANCES["int8"], engine.description)
            scenes = [d for key, d in parity.differences.items() if key not in GENERATED]
            assert len(scenes) == 4
            assert 38 <= np.mean([scene.psnr_db for scene in scenes]) < 60, name
            assert min(scene.ssim for scene in scenes) >= 0.95


@pytest.mark.parametrize("portable", [False, True])
@pytest.mark.parametrize("size", [None, (67, 45)])
def test_the_same_convolutions_are_rounded_in_every_way_to_write_it(
    portable: bool, size: tuple[int, int] | None, ranges: Ranges
) -> None:
    assert {"down1/conv", "trunk3/conv", "up1/merge/conv"} <= ranges.keys()
    assert not {name for name in ranges if name.startswith(("stem/", "up2/", "end/"))}
    model = write_graph(load_bundle(FAST), size=size, portable_padding=portable, ranges=ranges)
    made_by = {node.output[0]: node.op_type for node in model.graph.node}
    rounded = {
        node.name: [made_by.get(name) for name in node.input[:2]]
        for node in model.graph.node if node.op_type == "Conv"
    }  # fmt: skip
    both = ["DequantizeLinear"] * 2
    assert {name for name, makers in rounded.items() if makers == both} == ranges.keys()


def test_two_convolutions_of_one_scope_have_ranges_of_their_own() -> None:
    ranges = measure_ranges(load_bundle(SHIPPED / "article.safetensors"))
    assert len(ranges) == 15  # of 16
    assert ranges["trunk0/conv"] != ranges["trunk0/conv_2"]
    assert all(low <= 0 < high for low, high in ranges.values())


def test_the_drawn_pictures_are_always_the_same_and_full_of_edges() -> None:
    first, second = ([*dead_leaves()] for _ in range(2))
    assert all((one == other).all() for one, other in zip(first, second, strict=True))
    assert not (first[0] == first[1]).all()
    for picture in first:
        assert 40 < picture.std() < 90
        assert (np.abs(np.diff(picture.astype(int), axis=1)).max(2) > 30).mean() > 0.05
