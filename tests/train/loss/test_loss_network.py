import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from realtime.errors import BadInputError
from tests.made import VGG19_TO_CONV3
from tests.train.vgg import (
    assert_folds_its_colour_transform,
    assert_wants_pixels_minus_means,
    torchvision_state,
)
from train.loss.load_loss import load_loss_networks, load_octave_loss
from train.loss.loss_network import (
    VGG16_BLOCKS,
    load_distilled,
    load_torchvision_vgg,
    load_vgg,
    torchvision_line,
)


def test_torchvision_files_are_told_apart_and_normalised(tmp_path: Path) -> None:
    state = torchvision_state(VGG16_BLOCKS)
    torch.save(state | {"classifier.0.weight": torch.zeros(2, 2)}, tmp_path / "vgg16.pth")
    network = load_vgg(tmp_path / "vgg16.pth")
    assert network.layers[-1] == "relu5_3"
    picture = torch.rand(1, 3, 16, 16) * 255
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = (picture / 255 - mean.view(3, 1, 1)) / deviation.view(3, 1, 1)
    for key in ("features.0", "features.2", "features.5"):
        x = F.max_pool2d(x, 2) if key == "features.5" else x
        x = F.relu(F.conv2d(x, state[f"{key}.weight"], state[f"{key}.bias"], padding=1))
    found = network(picture, ["relu2_1"])["relu2_1"]
    torch.testing.assert_close(found, x, atol=1e-4, rtol=1e-4)


def test_weights_that_say_so_want_pixels_minus_means(tmp_path: Path) -> None:
    state, path = torchvision_state(VGG19_TO_CONV3), tmp_path / "vgg19.safetensors"
    save_file(state, path, {"input": "RGB 0..255 minus means, no division"})
    assert_wants_pixels_minus_means(path)


def distilled_state(width: int = 4) -> dict[str, torch.Tensor]:
    """A distilled encoder's tensors, random: a colour transform, then VGG-19's layers, thin."""
    state = {"conv0.weight": torch.randn(3, 3, 1, 1), "conv0.bias": torch.randn(3)}
    inputs = 3
    for block, count in enumerate((2, 2, 4, 4, 1), start=1):
        for number in range(1, count + 1):
            name = f"conv{block}{number}"
            state[f"{name}.weight"] = torch.randn(width, inputs, 3, 3)
            state[f"{name}.bias"] = torch.randn(width)
            inputs = width
    return state


def test_the_folded_colour_transform_of_the_distilled_encoder_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "distilled.safetensors"
    save_file(distilled_state(), path)
    assert load_distilled(path).layers[-1] == "relu5_1"
    assert_folds_its_colour_transform(path)


def test_a_folder_gives_two_networks_vgg_first(tmp_path: Path) -> None:
    save_file(distilled_state(), tmp_path / "vgg19_distilled.safetensors")
    save_file(torchvision_state(VGG19_TO_CONV3), tmp_path / "vgg19_conv.safetensors")
    vgg, distilled = load_loss_networks(tmp_path)
    assert (vgg.layers[-1], distilled.layers[-1]) == ("relu3_4", "relu5_1")


def test_weights_that_end_before_relu3_3_are_refused(tmp_path: Path) -> None:
    state = torchvision_state(VGG16_BLOCKS)
    shallow = {k: v for k, v in state.items() if int(k.split(".")[1]) < 12}
    torch.save(shallow, tmp_path / "vgg16.pth")
    with pytest.raises(BadInputError, match=r"pleinair taps VGG at relu3_3, but .* end at relu3_1"):
        load_octave_loss(tmp_path / "vgg16.pth")


def test_weights_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no weights file"):
        load_vgg(tmp_path / "none.pth")
    (tmp_path / "vgg.pth").write_text("hello")
    with pytest.raises(BadInputError, match="is a text, expected VGG-16 or VGG-19 weights"):
        load_vgg(tmp_path / "vgg.pth")
    save_file({"features.1.weight": torch.zeros(1, 3, 3, 3)}, tmp_path / "vgg.safetensors")
    with pytest.raises(BadInputError, match="does not look like VGG"):
        load_vgg(tmp_path / "vgg.safetensors")
    with pytest.raises(BadInputError, match="no VGG weights"):
        load_octave_loss(tmp_path.parent)
    with pytest.raises(BadInputError, match="no weights file or folder"):
        load_octave_loss(tmp_path / "none")


def test_a_layer_beyond_the_weights_is_named(vgg_folder: Path) -> None:
    (path,) = vgg_folder.iterdir()
    with pytest.raises(BadInputError, match="no layer relu4_3; its weights reach relu3_4"):
        load_vgg(path)(torch.zeros(1, 3, 16, 16), ["relu4_3"])


def test_weights_of_other_names_are_refused(tmp_path: Path) -> None:
    state = torchvision_state(VGG16_BLOCKS)
    path = tmp_path / "vgg.pth"

    def refused(weights: object, message: str) -> None:
        torch.save(weights, path)
        with pytest.raises(BadInputError, match=message):
            load_vgg(path)
        with pytest.raises(BadInputError):
            load_distilled(path)

    # The names of Caffe, whose networks want BGR from 0 to 255.
    caffe = {"conv1_1.weight": torch.zeros(64, 3, 3, 3), "conv1_1.bias": torch.zeros(64)}
    refused(caffe, r"it holds conv1_1.weight, conv1_1.bias, expected keys as torchvision names")
    refused({k: v for k, v in state.items() if k != "features.2.bias"}, "features.2 lacks")
    refused(state | {"features.2.weight": torch.zeros(4, 5, 3, 3)}, r"features.2 is \(4, 5, 3, 3\)")
    refused([1], "holds a list, expected VGG")
    refused(torch.nn.Linear(2, 2), "holds no plain weights")


def test_vgg_inside_a_state_dict_is_found(tmp_path: Path) -> None:
    state = {f"vgg.{key}": value for key, value in torchvision_state(VGG16_BLOCKS).items()}
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "vgg.pth")
    assert load_vgg(tmp_path / "vgg.pth").layers[-1] == "relu5_3"


@pytest.mark.parametrize(
    ("torch_version", "line"),
    [
        ("2.13.0", "pip install 'torchvision==0.28.*'"),
        ("2.11.1+cpu", "'torchvision==0.26.*' --index-url https://download.pytorch.org/whl/cpu"),
        ("3.0.0+cu140", "install torchvision --index-url https://download.pytorch.org/whl/cu140"),
    ],
)
def test_the_torchvision_that_belongs_to_a_torch(torch_version: str, line: str) -> None:
    assert torchvision_line(torch_version).endswith(line)


def test_without_torchvision_one_line_says_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(BadInputError, match=r"give vgg16-397923af.pth .* with --vgg FILE") as told:
        load_torchvision_vgg()
    assert torchvision_line() in str(told.value)
    assert "\n" not in str(told.value)
