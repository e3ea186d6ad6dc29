"""Checkpoints of pytorch/examples `fast_neural_style` (.pth, .model)."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from export.checkpoint import require_weights
from realtime.errors import BadInputError
from realtime.network.config import TransformerConfig

STALE = re.compile(r"\.(running_mean|running_var|num_batches_tracked)$")
"""Left in files by old versions of PyTorch; instance norm has never used them."""
LAYERS = {
    **{f"conv{i}": (f"conv{i}", f"in{i}") for i in (1, 2, 3)},
    **{f"trunk.{i}.first": (f"res{i + 1}.conv1", f"res{i + 1}.in1") for i in range(5)},
    **{f"trunk.{i}.second": (f"res{i + 1}.conv2", f"res{i + 1}.in2") for i in range(5)},
    "deconv1": ("deconv1", "in4"),
    "deconv2": ("deconv2", "in5"),
}
"""Ours -> their convolution and their norm."""
ENLARGING = ("deconv1", "deconv2")


def examples_names() -> dict[str, str]:
    """Return the original's names, each with the name of the same weights in `examples`."""
    names = {f"deconv3.conv2d.{part}": f"deconv3.{part}" for part in ("weight", "bias")}
    for ours, (conv, norm) in LAYERS.items():
        inner = f"{ours}.conv.conv" if ours in ENLARGING else f"{ours}.conv"
        names |= {f"{conv}.conv2d.{part}": f"{inner}.{part}" for part in ("weight", "bias")}
        names |= {f"{norm}.weight": f"{ours}.norm.scale", f"{norm}.bias": f"{ours}.norm.shift"}
    return names


def read_examples(path: Path) -> tuple[TransformerConfig, dict[str, Tensor]]:
    """Read a state dict; nothing in the file is executed.

    Raises:
        BadInputError: not a state dict, or not of this network; the message names the keys.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as exc:
        raise BadInputError(
            f"{path} holds no plain weights ({str(exc).splitlines()[0]}): expected what "
            "torch.save(model.state_dict(), ...) writes"
        ) from exc
    for wrapping in ("state_dict", "model_state_dict", "model"):
        if isinstance(stored, dict) and isinstance(stored.get(wrapping), dict):
            stored = stored[wrapping]
    if not isinstance(stored, dict):
        raise BadInputError(f"{path} holds a {type(stored).__name__}: expected a state dict")
    return TransformerConfig.examples(), examples_weights(stored)


def examples_weights(stored: Mapping[str, object]) -> dict[str, Tensor]:
    """Turn the original's state dict into the weights of `examples`.

    Raises:
        BadInputError: keys are missing or have other shapes.
    """
    names = examples_names()
    given = {
        key.removeprefix("module."): value
        for key, value in stored.items()
        if isinstance(value, Tensor) and not STALE.search(key)
    }
    weights = {
        # A norm's row is that of the only style: (C,) -> (1, C).
        names[key]: value.float()[None] if ".norm." in names[key] else value.float()
        for key, value in given.items()
        if key in names
    }
    require_weights(TransformerConfig.examples(), weights, sorted(given), names)
    return weights
