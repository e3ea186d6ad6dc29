"""The seed's TensorFlow checkpoints (hzy46/fast-neural-style-tensorflow), read with TensorFlow."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from export.checkpoint import require_weights
from realtime.errors import BadInputError, MissingExtraError
from realtime.network.config import TransformerConfig
from realtime.network.registry import default_config

RESIDUAL_BLOCKS = 5
LAYER = re.compile(r"(conv|res|deconv)\d+/.*/(weight|bias)$")
"""Variables of a network; what optimisers keep beside them has a further name behind."""


def seed_names() -> dict[str, str]:
    """Return the seed's variable names, each with the name of the same kernel in `article`."""
    names = {f"conv{i}/conv/weight": f"conv{i}.weight" for i in (1, 2, 3)}
    for block in range(RESIDUAL_BLOCKS):
        scope = f"res{block + 1}/residual"
        names[f"{scope}/conv/weight"] = f"trunk.{block}.conv1.weight"
        names[f"{scope}/conv_1/weight"] = f"trunk.{block}.conv2.weight"
    names |= {f"deconv{i}/conv_transpose/conv/weight": f"deconv{i}.conv.weight" for i in (1, 2)}
    return names | {"deconv3/conv/weight": "deconv3.weight"}


def read_seed(path: Path) -> tuple[TransformerConfig, dict[str, Tensor]]:
    """Read a checkpoint, of either of TensorFlow's formats.

    Raises:
        MissingExtraError: TensorFlow is not installed.
        BadInputError: not a checkpoint, or not of this network; the message names the variables.
    """
    prefix = path.with_suffix("") if path.suffix in (".index", ".meta") else path
    if ".data-" in prefix.name:
        prefix = prefix.with_name(prefix.name.partition(".data-")[0])
    config = default_config("article")
    return config, seed_weights(_variables(prefix))


def seed_weights(variables: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    """Turn the seed's variables, kernels (h, w, in, out), into the weights of `article`.

    Raises:
        BadInputError: variables are missing or have other shapes.
    """
    known = {
        ours: variables[theirs] for theirs, ours in seed_names().items() if theirs in variables
    }
    weights = {
        name: torch.from_numpy(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1), np.float32))
        for name, kernel in known.items()
        if kernel.ndim == 4
    }
    unknown = sorted(name for name in variables if LAYER.match(name) and name not in seed_names())
    require_weights(default_config("article"), weights, sorted(variables), seed_names(), unknown)
    return weights


def _variables(prefix: Path) -> dict[str, np.ndarray]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from tensorflow.train import load_checkpoint  # heavy, and needed by nothing else
    except ModuleNotFoundError as exc:
        raise MissingExtraError(
            "reading TensorFlow checkpoints", "tensorflow", "tensorflow"
        ) from exc
    try:
        reader = load_checkpoint(str(prefix))
        return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}
    except Exception as exc:  # TensorFlow's own error types are many and not public
        raise BadInputError(
            f"TensorFlow cannot read a checkpoint at {prefix}: {str(exc).splitlines()[0]}"
        ) from exc
