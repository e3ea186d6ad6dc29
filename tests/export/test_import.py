"""Imports, against independent minimal versions of the original programs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from export.checkpoint import import_checkpoint
from export.pictures import check_pictures
from export.seed_checkpoint import seed_names, seed_weights
from realtime.engines import open_engine
from realtime.errors import BadInputError, MissingExtraError
from realtime.frame import Frame
from realtime.look import Look
from realtime.network.bundle import load_bundle
from realtime.network.card import StyleCredit
from realtime.network.registry import build_network, default_config
from tests.article_reference import paint as paint_as_specified
from tests.commands import assert_refused, pleinair, pleinair_here

CREDIT = StyleCredit(name="candy")


def original_weights() -> dict[str, Tensor]:
    """A state dict as pytorch/examples writes it, with keys that old versions of torch left."""
    generator = torch.Generator().manual_seed(3)
    shapes = {"conv1": (32, 3, 9), "conv2": (64, 32, 3), "conv3": (128, 64, 3),
              "deconv1": (64, 128, 3), "deconv2": (32, 64, 3), "deconv3": (3, 32, 9)}  # fmt: skip
    shapes |= {f"res{i}.conv{j}": (128, 128, 3) for i in range(1, 6) for j in (1, 2)}
    norms = {"in1": 32, "in2": 64, "in3": 128, "in4": 64, "in5": 32}
    norms |= {f"res{i}.in{j}": 128 for i in range(1, 6) for j in (1, 2)}
    state = {}
    for name, (outputs, inputs, side) in shapes.items():
        spread = 1 / (inputs * side * side) ** 0.5
        noise = torch.randn(outputs, inputs, side, side, generator=generator)
        state[f"{name}.conv2d.weight"] = noise * spread
        state[f"{name}.conv2d.bias"] = torch.randn(outputs, generator=generator) * 0.1
    for name, channels in norms.items():
        state[f"{name}.weight"] = 1 + 0.3 * torch.randn(channels, generator=generator)
        state[f"{name}.bias"] = 0.3 * torch.randn(channels, generator=generator)
        state[f"{name}.running_mean"] = torch.zeros(channels)
        state[f"{name}.running_var"] = torch.ones(channels)
    state["deconv3.conv2d.weight"] *= 40
    state["deconv3.conv2d.bias"] += 128
    return state


def paint_like_examples(state: dict[str, Tensor], picture: np.ndarray) -> np.ndarray:
    """Their forward pass, written down from the paper's appendix and their README."""

    def conv(x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = state[f"{name}.conv2d.weight"]
        x = F.pad(x, (weight.shape[-1] // 2,) * 4, mode="reflect")
        return F.conv2d(x, weight, state[f"{name}.conv2d.bias"], stride)

    def norm(x: Tensor, name: str) -> Tensor:
        return F.instance_norm(x, weight=state[f"{name}.weight"], bias=state[f"{name}.bias"])

    x = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    for number, stride in ((1, 1), (2, 2), (3, 2)):
        x = norm(conv(x, f"conv{number}", stride), f"in{number}").relu()
    for block in (f"res{i}" for i in range(1, 6)):
        y = norm(conv(x, f"{block}.conv1"), f"{block}.in1").relu()
        x = x + norm(conv(y, f"{block}.conv2"), f"{block}.in2")
    for number in (1, 2):
        x = F.interpolate(x, scale_factor=2, mode="nearest")
        x = norm(conv(x, f"deconv{number}"), f"in{number + 3}").relu()
    return conv(x, "deconv3")[0].clamp(0, 255).round().byte().permute(1, 2, 0).numpy()


@pytest.mark.parametrize("engine_name", ["torch", "openvino", "onnxruntime"])
def test_a_pytorch_examples_checkpoint_paints_as_it_did(
    engine_name: str, tmp_path: Path, photographs_folder: Path
) -> None:
    state = original_weights()
    torch.save(state, tmp_path / "candy.pth")
    photographs = sorted(photographs_folder.iterdir())[:2]
    bundle = tmp_path / "c.safetensors"
    import_checkpoint(tmp_path / "candy.pth", bundle, CREDIT, licence="BSD")
    with open_engine(engine_name, bundle, device="cpu", precision="fp32") as engine:
        pictures = check_pictures(photographs)
        for height, width in ((121, 162), (123, 161)):  # all remainders but the usual one
            scene = next(iter(pictures.values()))
            pictures[f"{width}x{height}"] = cv2.resize(scene, (width, height)).astype(np.uint8)
        for name, picture in pictures.items():
            height, width = picture.shape[:2]
            painted = engine.stylize(Frame(picture, 0, 0.0), Look((1.0,))).pixels
            # Where sides do not divide by four, the original's painting is larger.
            original = paint_like_examples(state, picture)[:height, :width]
            off = np.abs(painted.astype(int) - original)
            # On a flat picture the original paints the rounding noise of its convolutions.
            flat = name in ("black", "white", "grey")
            assert off.max() <= (4 if flat else 1), name
            assert off.mean() < (1.0 if flat else 0.1), name


def seed_variables() -> dict[str, np.ndarray]:
    """Kernels (h, w, in, out) under the seed's names, as its Saver would keep them."""
    rng = np.random.default_rng(5)
    shapes = {name: tuple(tensor.shape) for name, tensor in
              build_network(default_config("article")).state_dict().items()}  # fmt: skip
    variables = {}
    for theirs, ours in seed_names().items():
        outputs, inputs, height, width = shapes[ours]
        kernel = 0.1 * rng.standard_normal((height, width, inputs, outputs))
        variables[theirs] = kernel.astype(np.float32)
    variables["global_step"] = np.asarray(4000)
    variables["conv1/conv/weight/Adam"] = np.zeros((9, 9, 3, 32), np.float32)
    return variables


def test_the_seeds_variables_become_the_article_network() -> None:
    variables = seed_variables()
    assert "res1/residual/conv_1/weight" in variables
    assert "deconv1/conv_transpose/conv/weight" in variables
    network = build_network(default_config("article"))
    network.load_state_dict(seed_weights(variables))
    picture = np.random.default_rng(1).integers(0, 256, (20, 24, 3), np.uint8)
    with torch.inference_mode():
        frame = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
        painted = network(frame, torch.ones(1, 1))[0].permute(1, 2, 0).numpy()
    kernels = {
        ours: variables[theirs].transpose(3, 2, 0, 1) for theirs, ours in seed_names().items()
    }
    np.testing.assert_allclose(painted, paint_as_specified(picture, kernels), atol=0.05)


def test_tensorflow_checkpoints_of_both_formats(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    variables = seed_variables()
    for version in (tf.compat.v1.train.SaverDef.V1, tf.compat.v1.train.SaverDef.V2):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            made = [tf.compat.v1.Variable(v, name=n) for n, v in variables.items()]
            session.run(tf.compat.v1.global_variables_initializer())
            saver = tf.compat.v1.train.Saver(made, write_version=version)
            prefix = tmp_path / f"wave{version}.ckpt"
            saver.save(session, str(prefix))
        out = tmp_path / f"{version}.safetensors"
        import_checkpoint(prefix, out, CREDIT, licence="")
        weights = load_bundle(out).network.state_dict()
        for theirs, ours in seed_names().items():
            kernel = weights[ours].numpy().transpose(2, 3, 1, 0)
            np.testing.assert_array_equal(kernel, variables[theirs])


def test_without_tensorflow_the_pip_line_is_named(tmp_path: Path) -> None:
    try:
        import tensorflow  # noqa: F401
    except ModuleNotFoundError:
        # How tables of TensorFlow end, its own and LevelDB's.
        (tmp_path / "wave.ckpt").write_bytes(b"\0\1\2 a table" + bytes.fromhex("57fb808b247547db"))
        with pytest.raises(MissingExtraError, match=r"pip install 'pleinair\[tensorflow\]'"):
            import_checkpoint(tmp_path / "wave.ckpt", tmp_path / "o", CREDIT, licence="")
        return
    pytest.skip("TensorFlow is installed")


def test_what_does_not_fit_is_named(tmp_path: Path) -> None:
    def refused(state: object, *words: str) -> None:
        torch.save(state, tmp_path / "x.pth")
        with pytest.raises(BadInputError) as caught:
            import_checkpoint(tmp_path / "x.pth", tmp_path / "o.safetensors", CREDIT, licence="")
        for word in words:
            assert word in str(caught.value)
        assert not (tmp_path / "o.safetensors").exists()

    whole = original_weights()
    refused({}, "conv1.conv2d.weight is missing", "more", "such as nothing")
    refused({k: v for k, v in whole.items() if k != "in4.bias"}, "in4.bias is missing")
    refused(whole | {"conv2.conv2d.bias": torch.zeros(63)}, "conv2.conv2d.bias is (63,) instead of")
    refused([1, 2], "holds a list")
    variables = seed_variables()
    del variables["conv3/conv/weight"]
    with pytest.raises(BadInputError, match="conv3/conv/weight is missing"):
        seed_weights(variables)


def test_a_file_that_would_execute_something_is_not_opened(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "whole-model.pth")
    with pytest.raises(BadInputError, match="holds no plain weights"):
        import_checkpoint(tmp_path / "whole-model.pth", tmp_path / "o", CREDIT, licence="")


def test_the_command(tmp_path: Path) -> None:
    torch.save(original_weights(), tmp_path / "candy.model")
    out = tmp_path / "candy.safetensors"
    arguments = ["import", tmp_path / "candy.model", "--name", "candy", "--out", out]
    finished = pleinair(*arguments)
    assert finished.returncode == 0, finished.stderr
    assert "examples network, style candy" in finished.stdout
    assert "candy" in pleinair_here("styles", out).stdout
    assert_refused(pleinair_here(*arguments[:3], "Big Candy"), "such as big-candy")
    assert_refused(pleinair_here("import", tmp_path / "no.pth", "--name", "a"), "no checkpoint at")
