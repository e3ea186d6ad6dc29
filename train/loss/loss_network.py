"""Frozen networks that judge a painting: VGG as in the article, and a distilled copy.

All take RGB (N, 3, H, W) in [0, 255], do their own normalising, and return named features, post
ReLU: {"relu1_2": (N, 64, H, W), "relu2_2": (N, 128, H/2, W/2), ...}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime.errors import BadInputError
from realtime.network.weights_file import load_weights

VGG16_BLOCKS = (2, 2, 3, 3, 3)
VGG19_BLOCKS = (2, 2, 4, 4, 4)
"""Convolutions per block, blocks being divided by 2x2 max pooling (Simonyan & Zisserman 2014)."""
KERNEL = re.compile(r"((?:.*\.)?(\d+))\.weight")
"""Torchvision's keys: `features.0.weight`, perhaps behind a prefix."""
EXPECTED = "VGG-16 or VGG-19 weights as torchvision writes them (.pth or .safetensors)"
WEIGHTS_FILE = "vgg16-397923af.pth (https://download.pytorch.org/models/vgg16-397923af.pth)"
PYTORCH_INDEX = "https://download.pytorch.org/whl"
CAFFE_MEANS = (123.68, 116.779, 103.939)
IMAGENET_MEANS = (0.485, 0.456, 0.406)
IMAGENET_DEVIATIONS = (0.229, 0.224, 0.225)


class LossNetwork(nn.Module):
    """A chain of 3x3 convolutions with ReLU and max pooling whose stages can be tapped."""

    offset: Tensor
    factor: Tensor

    def __init__(
        self,
        stages: dict[str, nn.Conv2d],
        *,
        offset: Iterable[float],
        factor: Iterable[float],
        padding: str,
    ) -> None:
        super().__init__()
        self.stages = nn.ModuleDict(stages)
        self.padding = padding
        self.register_buffer("offset", torch.tensor(list(offset)).view(1, 3, 1, 1))
        self.register_buffer("factor", torch.tensor(list(factor)).view(1, 3, 1, 1))
        self.requires_grad_(False).eval()

    @property
    def layers(self) -> tuple[str, ...]:
        """The names that can be asked for, shallow to deep."""
        return tuple(self.stages)

    def forward(self, pictures: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """Return the asked layers' features; computes no further than the deepest of them."""
        wanted = set(layers)
        if missing := wanted - set(self.stages):
            raise BadInputError(
                f"the loss network has no layer {', '.join(sorted(missing))}; its weights reach "
                f"{self.layers[-1]}"
            )
        found: dict[str, Tensor] = {}
        x = (pictures - self.offset) * self.factor
        for name, stage in self.stages.items():
            if name.endswith("_1") and name != "relu1_1":
                x = F.max_pool2d(x, 2)
            assert isinstance(stage, nn.Conv2d)
            if self.padding == "constant":  # the convolution pads with zeros itself, without a copy
                x = F.conv2d(x, stage.weight, stage.bias, padding=1)
            else:
                x = stage(F.pad(x, (1, 1, 1, 1), mode=self.padding))
            x = F.relu_(x)
            if name in wanted:
                found[name] = x
                if len(found) == len(wanted):
                    break
        return found


def load_vgg(path: Path) -> LossNetwork:
    """Load VGG weights from a file.

    Understood are torchvision's state dicts of VGG-16 and VGG-19 (`.pth`, whole or features only)
    and safetensors with the same key names. Whether the network wants ImageNet-normalised input
    or 0..255 minus means is read from the file's metadata; torchvision's want the former.
    """
    return _vgg(*_read_weights(path), path)


def _vgg(weights: dict[str, Tensor], metadata: dict[str, str], path: Path) -> LossNetwork:
    """Build VGG of weights with torchvision's keys; `path` is for messages."""
    kernels = {
        int(match[2]): match[1]
        for key in weights
        if "classifier" not in key and (match := KERNEL.fullmatch(key))
    }
    if not kernels:
        raise BadInputError(
            f"{path} does not look like VGG-16 or VGG-19: it holds {_some(weights)}, expected keys "
            "as torchvision names them, such as features.0.weight (other names come with another "
            "order and range of colours, which a file does not tell)"
        )
    names = _stage_names(sorted(kernels), path)
    stages = _stages({name: kernels[i] for name, i in names.items()}, weights, path)
    offset = [mean * 255 for mean in IMAGENET_MEANS]
    factor = [1 / (255 * deviation) for deviation in IMAGENET_DEVIATIONS]
    if "no division" in metadata.get("input", ""):
        offset, factor = [*CAFFE_MEANS], [1.0] * 3
    return LossNetwork(stages, offset=offset, factor=factor, padding="constant")


def load_torchvision_vgg() -> LossNetwork:
    """Download torchvision's own VGG-16 weights (about 550 MB, once) and load them."""
    try:
        from torchvision import models
    except (ModuleNotFoundError, RuntimeError) as exc:
        if isinstance(exc, ModuleNotFoundError):
            raise BadInputError(
                f"VGG-16 weights are needed: give {WEIGHTS_FILE} with --vgg FILE, or have "
                f"torchvision fetch it: {torchvision_line()}"
            ) from exc
        raise BadInputError(
            f"torch {torch.__version__} and the installed torchvision do not belong together "
            f"({exc}): {torchvision_line()}, or give weights with --vgg FILE"
        ) from exc
    network = models.vgg16(weights=models.VGG16_Weights.DEFAULT)
    return _vgg(network.features.state_dict(), {}, Path("vgg16"))


def torchvision_line(torch_version: str | None = None) -> str:
    """Return how to install the torchvision that belongs to a torch, without replacing the torch.

    Every torchvision asks for one torch exactly, so that another one would bring its own along,
    and for a CPU a gigabyte of CUDA.

    Args:
        torch_version: As its package says: `2.13.0`, or from PyTorch's own index `2.13.0+cpu`;
            None: the installed one's.
    """
    public, _, build = (torch_version or version("torch")).partition("+")
    match = re.match(r"2\.(\d+)", public)
    # torch 2.0 came with torchvision 0.15; both have counted alike since.
    wanted = f"'torchvision==0.{int(match[1]) + 15}.*'" if match else "torchvision"
    return f"pip install {wanted}" + (f" --index-url {PYTORCH_INDEX}/{build}" if build else "")


def load_distilled(path: Path) -> LossNetwork:
    """Load a distilled VGG-19 encoder (Wang et al., Collaborative Distillation, CVPR 2020).

    Sixteen times fewer parameters, to relu5_1. Its first layer, a 1x1 colour transform, is folded
    into the second; the picture's border is reflected, so this is exact.
    """
    weights, _ = _read_weights(path)
    shapes = {key: tuple(value.shape) for key, value in weights.items()}
    if shapes.get("conv0.weight") != (3, 3, 1, 1) or shapes.get("conv0.bias") != (3,):
        raise BadInputError(
            f"{path} holds no distilled encoder: conv0.weight and conv0.bias, a 1x1 convolution of "
            "3 colours, are missing"
        )
    colours = weights["conv0.weight"][:, :, 0, 0].float()
    keys = {
        f"relu{block}_{i}": f"conv{block}{i}"
        for block, count in enumerate(VGG19_BLOCKS, start=1)
        for i in range(1, count + 1)
        if i == block == 1 or f"conv{block}{i}.weight" in weights
    }
    stages = _stages(keys, weights, path)
    first = stages["relu1_1"]
    kernel, bias = first.weight.detach(), first.bias
    assert bias is not None
    bias.data += torch.einsum("oiyx,i->o", kernel, weights["conv0.bias"].float())
    first.weight.data = torch.einsum("oiyx,ij->ojyx", kernel, colours)
    zero, unit = (0.0, 0.0, 0.0), (1 / 255, 1 / 255, 1 / 255)
    return LossNetwork(stages, offset=zero, factor=unit, padding="reflect")


def _stages(keys: dict[str, str], weights: dict[str, Tensor], path: Path) -> dict[str, nn.Conv2d]:
    """Build the convolutions; each takes what the one before it gives, the first takes colours."""
    stages, inputs = {}, 3
    for name, key in keys.items():
        kernel, bias = weights.get(f"{key}.weight"), weights.get(f"{key}.bias")
        if kernel is None or bias is None:
            raise BadInputError(
                f"{path}: {key} lacks its weight or its bias: the file is not whole"
            )
        outputs = kernel.shape[0] if kernel.ndim else 0
        if tuple(kernel.shape) != (outputs, inputs, 3, 3) or tuple(bias.shape) != (outputs,):
            raise BadInputError(
                f"{path}: {key} is {tuple(kernel.shape)} with a bias of {tuple(bias.shape)}, "
                f"expected a 3x3 convolution of {inputs} channels: not VGG, or damaged"
            )
        stages[name], inputs = _convolution(kernel, bias), outputs
    return stages


def _convolution(kernel: Tensor, bias: Tensor) -> nn.Conv2d:
    outputs, inputs = kernel.shape[:2]
    layer = nn.Conv2d(inputs, outputs, 3)
    layer.weight.data = kernel.detach().float().clone(memory_format=torch.channels_last)
    layer.bias = nn.Parameter(bias.detach().float().clone())
    return layer


def _stage_names(indices: list[int], path: Path) -> dict[str, int]:
    """Map relu names to torchvision's layer numbers, telling VGG-16 from VGG-19 by them."""
    for blocks in (VGG19_BLOCKS, VGG16_BLOCKS):
        names, number = {}, 0
        for block, count in enumerate(blocks, start=1):
            for i in range(1, count + 1):
                names[f"relu{block}_{i}"] = number
                number += 2
            number += 1
        if (
            set(indices) <= set(names.values())
            and indices == sorted(names.values())[: len(indices)]
        ):
            return {name: i for name, i in names.items() if i in indices}
    raise BadInputError(
        f"{path} does not look like VGG-16 or VGG-19: convolutions at features {indices}"
    )


def _read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    if not path.is_file():
        raise BadInputError(f"no weights file at {path}")
    stored, metadata = load_weights(path, EXPECTED)
    if isinstance(stored, dict) and isinstance(stored.get("state_dict"), dict):
        stored = stored["state_dict"]
    if not isinstance(stored, dict):
        raise BadInputError(f"{path} holds a {type(stored).__name__}, expected {EXPECTED}")
    return {
        key: value
        for key, value in stored.items()
        if isinstance(key, str) and isinstance(value, Tensor) and value.is_floating_point()
    }, metadata


def _some(weights: dict[str, Tensor]) -> str:
    return ", ".join(list(weights)[:3]) or "no weights"
