"""Exports as users make them: real files, run by the real runtimes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from export.job import ExportJob
from export.onnx_file import export_onnx
from export.openvino_file import export_openvino
from export.parity import TOLERANCES, Difference, Parity
from export.pictures import GENERATED
from realtime.engines import open_engine
from realtime.errors import BadInputError, EngineError
from realtime.frame import Frame
from realtime.look import Look
from realtime.network.bundle import Bundle, load_bundle
from realtime.openvino_core import shared_core
from realtime.provenance import is_ours
from tests.commands import ROOT, assert_refused, pleinair_here, run_python
from tests.helpers import FAST, read_back, write_picture


def metadata(path: Path) -> dict[str, str]:
    return {entry.key: entry.value for entry in onnx.load(path).metadata_props}


@pytest.fixture(scope="module", params=["fp32", "fp16"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network `fast` as ONNX, alone in its folder."""
    out = tmp_path_factory.mktemp(request.param) / "fast.onnx"
    export_onnx(ExportJob(bundle=FAST, out=out, precision=request.param))
    return out


def test_an_onnx_file_carries_its_card_and_its_report(exported: Path) -> None:
    stored = metadata(exported)
    assert json.loads(stored["pleinair"])["config"]["architecture"] == "fast"
    assert set(GENERATED) <= json.loads(stored["parity"])["pictures"].keys()
    assert [p.name for p in exported.parent.iterdir()] == ["fast.onnx"]
    assert is_ours(exported)


def test_openvino_files_paint_and_carry_their_report(tmp_path: Path) -> None:
    job = ExportJob(bundle=FAST, out=tmp_path / "fast.xml", precision="fp16", size=(64, 48))
    export_openvino(job)
    model = shared_core().read_model(job.out)
    assert list(model.inputs[0].shape) == [1, 48, 64, 3]
    assert "pictures" in json.loads(model.get_rt_info(["pleinair", "parity"]).value)
    weights = tmp_path / "fast.bin"
    assert weights.stat().st_size < 900_000
    assert is_ours(job.out)
    assert is_ours(weights)
    weights.write_bytes(b"a user's file")
    with pytest.raises(BadInputError, match=r"fast\.bin exists and pleinair did not write it"):
        export_openvino(job)


def test_what_paints_something_else_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph is written from weights that are not the bundle's: the comparison must notice."""

    def slightly_off(path: Path) -> Bundle:
        bundle = load_bundle(path)
        bundle.network.get_parameter("end.bias").data += 0.02  # 2.5 levels of 255
        return bundle

    monkeypatch.setattr("export.onnx_file.load_bundle", slightly_off)
    job = ExportJob(bundle=FAST, out=tmp_path / "fast.onnx", size=(64, 48))
    job.out.write_bytes(b"what was there before")
    with pytest.raises(EngineError, match=r"nothing was written.*noise \(max [34], mean (3|2\.)"):
        export_onnx(replace(job, overwrite=True))
    assert job.out.read_bytes() == b"what was there before"
    assert len(list(tmp_path.iterdir())) == 1


def test_one_level_is_rounding_and_two_are_not() -> None:
    def said(largest: int, mean: float, name: str = "grey", precision: str = "fp32") -> bool:
        return TOLERANCES[precision].allows(name, Difference(largest, mean, 32.0, 1.0))

    assert said(1, 0.9)
    assert not said(2, 0.001)
    assert said(9, 4.0, "16x16", "bf16")
    assert not said(9, 4.0, "noise", "bf16")
    assert said(255, 50.0, "noise", "int8")
    assert not said(9, 1.0, "a photograph", "int8")


def test_equal_paintings_have_no_psnr() -> None:
    report = Parity("e", {"p": Difference(0, 0.0, float("inf"), 1.0)})
    assert json.loads(report.to_json())["pictures"]["p"]["psnr_db"] is None
    assert "equal" in str(report.worst)


def test_an_int8_file_is_one_that_every_runtime_takes(tmp_path: Path) -> None:
    job = ExportJob(bundle=FAST, out=tmp_path / "fast.int8.onnx", precision="int8", size=(96, 64))
    parity = export_onnx(job)
    scenes = parity.differences.keys() - set(GENERATED)
    assert len(scenes) == 2
    assert all(35 <= parity.differences[name].psnr_db < 60 for name in scenes)
    model = onnx.load(job.out)
    assert "QuantizeLinear" in {node.op_type for node in model.graph.node}
    assert {"pleinair", "parity"} <= metadata(job.out).keys()
    assert list(shared_core().read_model(job.out).inputs[0].shape) == [1, 64, 96, 3]


def test_bad_requests_are_refused_in_a_line(tmp_path: Path) -> None:
    for arguments, words in (
        (["onnx", "fsat"], ["no bundle named 'fsat'", "did you mean fast"]),
        (["onnx", "fast", "--opset", "9"], ["no opset 9"]),
        (["onnx", "fast", "--precision", "fp8"], ["fp8", "fp32, fp16, int8"]),
        (["onnx", "fast", "--photographs", str(tmp_path / "no")], ["no folder of photographs"]),
        (["onnx", "fast", "--photographs", str(tmp_path)], ["holds no picture"]),
        (["onnx", "fast", "--out", str(tmp_path)], ["is a folder"]),
        (["onnx", "fast", "--size", "8x8"], ["out of range"]),
        (["openvino", "fast", "--out", str(tmp_path / "x.onnx")], ["NAME.xml"]),
    ):
        assert_refused(pleinair_here("export", *arguments), *words)


@pytest.mark.parametrize("exported", ["fp32"], indirect=True)
def test_the_lines_of_the_guide_run_with_nothing_of_ours(exported: Path, tmp_path: Path) -> None:
    """The guide's ten lines of plain ONNX Runtime, as written there."""
    guide = (ROOT / "docs" / "guide.md").read_text()
    start = guide.index("import onnxruntime")
    start = guide.rindex("```python\n", 0, start) + len("```python\n")
    lines = guide[start : guide.index("```", start)]
    assert "pleinair" not in lines
    assert len(lines.splitlines()) <= 10
    shutil.copy(exported, tmp_path)
    picture = np.random.default_rng(0).integers(0, 256, (97, 131, 3), np.uint8)
    photo = write_picture(tmp_path / "photo.jpg", picture)
    finished = run_python("-I", "-c", lines, cwd=tmp_path)  # -I: without this checkout
    assert finished.returncode == 0, finished.stderr
    painting = read_back(tmp_path / "painting.png")
    assert painting.shape == picture.shape
    with open_engine("torch", FAST) as engine:
        look = Look.of_style(0, len(engine.styles))
        expected = engine.stylize(Frame(read_back(photo), 0, 0.0), look).pixels
    assert np.abs(painting.astype(int) - expected).max() <= 1
