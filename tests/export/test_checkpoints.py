"""Checkpoints as people have them: wrapped, of a larger network, or something else altogether."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from export.checkpoint import import_checkpoint
from export.examples_checkpoint import read_examples
from export.seed_checkpoint import seed_weights
from realtime.errors import BadInputError
from realtime.network.card import StyleCredit, read_card
from realtime.network.registry import build_network
from tests.export.test_import import original_weights, seed_variables

CREDIT = StyleCredit(name="candy")


def under(prefix: str) -> dict[str, Tensor]:
    return {f"{prefix}{key}": value for key, value in original_weights().items()}


@pytest.mark.parametrize(
    "stored",
    [
        {"state_dict": under("module."), "epoch": 2},
        {"net": under("")},
        {"state": {"model_state": under("_orig_mod.")}},
        {"model": under("_orig_mod.module."), "optimizer": {"state": {0: torch.zeros(3)}}},
        under("transformer.") | {"vgg.features.0.weight": torch.zeros(64, 3, 3, 3)},
        under("") | {"conv1.total_ops": torch.zeros(1)},
    ],
    ids=["data-parallel", "net", "compiled", "both", "with-vgg", "profiled"],
)
def test_wrapped_state_dicts_are_taken(stored: dict[str, object], tmp_path: Path) -> None:
    torch.save(stored, tmp_path / "w.pth")
    config, weights = read_examples(tmp_path / "w.pth")
    assert config.architecture == "examples"
    whole = original_weights()
    torch.testing.assert_close(weights["conv1.conv.weight"], whole["conv1.conv2d.weight"])
    torch.testing.assert_close(weights["deconv2.norm.shift"][0], whole["in5.bias"])
    build_network(config).load_state_dict(weights)


def test_a_state_dict_in_safetensors_is_taken_and_a_bundle_is_not(tmp_path: Path) -> None:
    save_file(original_weights(), tmp_path / "candy.safetensors")
    out = tmp_path / "bundle.safetensors"
    card = import_checkpoint(tmp_path / "candy.safetensors", out, CREDIT, licence="MIT")
    assert (card.config.architecture, card.licence) == ("examples", "MIT")
    with pytest.raises(BadInputError, match="is a style bundle already"):
        import_checkpoint(out, tmp_path / "again.safetensors", CREDIT, licence="MIT")


def block(number: int) -> dict[str, Tensor]:
    """A residual block as the fifth is."""
    weights = original_weights()
    return {k.replace("res5", f"res{number}"): weights[k] for k in weights if k.startswith("res5")}


def test_a_larger_network_is_not_cut_down(tmp_path: Path) -> None:
    torch.save(original_weights() | block(6) | block(7), tmp_path / "seven.pth")
    with pytest.raises(BadInputError, match=r"res6\.conv1\.conv2d\.bias has no place in it"):
        import_checkpoint(tmp_path / "seven.pth", tmp_path / "o.safetensors", CREDIT, licence="")
    variables = seed_variables()
    variables["res6/residual/conv/weight"] = variables["res5/residual/conv/weight"]
    with pytest.raises(BadInputError, match="res6/residual/conv/weight has no place in it"):
        seed_weights(variables)


def onnx_model() -> bytes:
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["x"], ["x"])
    graph = onnx.helper.make_graph([node], "g", [value], [value])
    model: bytes = onnx.helper.make_model(graph).SerializeToString()
    return model


def torchscript() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = io.BytesIO()
        torch.jit.save(torch.jit.script(torch.nn.ReLU()), file)
    return file.getvalue()


def zip_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("saved_models/candy.pth", b"weights")
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"\n<!DOCTYPE html><html><head>", "is an HTML page"),
        (lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:12", "Git LFS pointer"),
        (lambda: b"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1", "is a Torch7"),
        (onnx_model, "is an ONNX model"),
        (torchscript, "is a TorchScript program"),
        (zip_archive, "is a ZIP archive"),
        (lambda: b"\x89HDF\r\n\x1a\n", "is an HDF5 file"),
        (lambda: b"Not found", "is a text"),
        (lambda: b"", "is empty"),
        (lambda: bytes(range(256)), "is damaged or something else, expected a checkpoint"),
    ],
)
def test_what_is_no_checkpoint_is_named(
    make: Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "candy.pth"
    path.write_bytes(make())
    with pytest.raises(BadInputError, match=said) as caught:
        import_checkpoint(path, tmp_path / "o.safetensors", CREDIT, licence="")
    assert "tensorflow" not in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadInputError):
        read_card(path)
