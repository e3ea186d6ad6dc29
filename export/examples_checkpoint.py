"""Checkpoints of pytorch/examples `fast_neural_style` (.pth, .model)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import torch
from torch import Tensor

from export.checkpoint import EXPECTED, require_weights
from realtime.errors import BadInputError
from realtime.network.card import METADATA_KEY
from realtime.network.config import TransformerConfig
from realtime.network.registry import default_config
from realtime.network.weights_file import load_weights

STALE = re.compile(r"\.(running_mean|running_var|num_batches_tracked|total_ops|total_params)$")
"""Left by old versions of PyTorch, whose instance norm has never used them, and by profilers."""
FIRST = r"(?<![^.])conv1\.conv2d\.weight$"
"""The first layer's key, alone or behind a prefix that ends in a dot."""
DEEPEST = 4
"""How many dicts may lie inside each other."""
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
    """Read a state dict, however it is wrapped; nothing in the file is executed.

    Raises:
        BadInputError: not a state dict, or not of this network; the message names the keys.
    """
    stored, metadata = load_weights(path, EXPECTED)
    if METADATA_KEY in metadata:
        raise BadInputError(f"{path} is a style bundle already: --bundle {path}")
    if not isinstance(stored, Mapping):
        raise BadInputError(f"{path} holds a {type(stored).__name__}: expected a state dict")
    try:
        return default_config("examples"), examples_weights(stored)
    except BadInputError as exc:
        raise BadInputError(f"{path}: {exc}") from exc


def examples_weights(stored: Mapping[Any, object]) -> dict[str, Tensor]:
    """Turn the original's state dict into the weights of `examples`.

    It may lie inside other dicts (`state_dict`, `model`, `net`, ...), and its keys may have a
    prefix (`module.`, `_orig_mod.`, `model.`), as training programs leave them.

    Raises:
        BadInputError: keys are missing, have other shapes, or belong to another network.
    """
    names = examples_names()
    given = _unwrapped(stored, names)
    weights = {
        # A norm's row is that of the only style: (C,) -> (1, C).
        names[key]: value.float()[None] if ".norm." in names[key] else value.float()
        for key, value in given.items()
        if key in names and not value.is_complex()
    }
    unknown = sorted(set(given) - set(names))
    require_weights(default_config("examples"), weights, sorted(given), names, unknown)
    return weights


def _unwrapped(stored: Mapping[Any, object], names: Mapping[str, str]) -> dict[str, Tensor]:
    """Return the tensors of the dict that holds most of the names, without their common prefix."""
    found = [_without_prefix(inner, names) for inner in _dicts(stored)]
    return max(found, key=lambda given: len(given.keys() & names.keys()))


def _dicts(stored: Mapping[Any, object], depth: int = 0) -> Iterator[Mapping[Any, object]]:
    yield stored
    for value in stored.values():
        if isinstance(value, Mapping) and depth < DEEPEST:
            yield from _dicts(value, depth + 1)


def _without_prefix(given: Mapping[Any, object], names: Mapping[str, str]) -> dict[str, Tensor]:
    tensors = {
        key: value
        for key, value in given.items()
        if isinstance(key, str) and _is_plain(value) and not STALE.search(key)
    }
    prefixes = {""} | {key[: at.start()] for key in tensors for at in re.finditer(FIRST, key)}
    choices = [
        {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}
        for prefix in sorted(prefixes)
    ]
    return max(choices, key=lambda choice: len(choice.keys() & names.keys()))


def _is_plain(value: object) -> TypeGuard[Tensor]:
    """Whether this is an array of numbers, as all weights of the original are."""
    return isinstance(value, Tensor) and value.layout == torch.strided and not value.is_quantized
