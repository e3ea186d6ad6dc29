"""Saving and loading style bundles: weights, a card, and a golden picture to check both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from realtime.errors import BundleError
from realtime.folders import write_whole
from realtime.network.base import TransformNetwork
from realtime.network.card import METADATA_KEY, Card, read_card
from realtime.network.config import TransformerConfig
from realtime.network.registry import build_network

GOLDEN_TOLERANCE = 3
"""Levels of 255 by which the golden picture may differ from one machine to another."""


@dataclass(frozen=True)
class Bundle:
    """A network in evaluation mode on the CPU in fp32, with its card."""

    network: TransformNetwork
    card: Card


def golden_picture(network: nn.Module, styles: int) -> str:
    """Paint a fixed ramp with an even blend of all styles; 8x8 RGB means as a hex string."""
    ramp = torch.linspace(0.0, 255.0, 64)
    frame = torch.stack(
        [ramp.expand(64, 64), ramp[:, None].expand(64, 64), ramp.flip(0).expand(64, 64)]
    )
    checks = (torch.arange(64)[:, None] // 16 + torch.arange(64) // 16) % 2
    frame = (frame * (0.5 + 0.5 * checks)).unsqueeze(0)  # (1, 3, 64, 64)
    with torch.inference_mode():
        painting = network.eval()(frame, torch.full((1, styles), 1.0 / styles))
    means = F.avg_pool2d(painting.float().clamp(0, 255), 8)[0]  # (3, 8, 8)
    return means.round().to(torch.uint8).numpy().tobytes().hex()


def same_golden(first: str, second: str) -> bool:
    """Tell whether two golden pictures agree within the tolerance."""
    one, two = (
        np.frombuffer(bytes.fromhex(text), np.uint8).astype(int) for text in (first, second)
    )
    return one.shape == two.shape and bool(np.abs(one - two).max() <= GOLDEN_TOLERANCE)


def save_bundle(path: Path, network: nn.Module, card: Card, *, half: bool = True) -> Card:
    """Write `network` and `card` to `path` atomically; returns the card with its golden picture.

    Args:
        path: The file.
        network: Its weights are written in fp16, or as they are with `half` off.
        card: Without a golden picture.
        half: See `network`.

    Raises:
        BundleError: weights that are not finite.
        BadInputError: the disk does not take the file; what was there stays.
    """
    weights = {
        name: tensor.detach().to("cpu", torch.float16 if half else tensor.dtype).contiguous()
        for name, tensor in network.state_dict().items()
    }
    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values()):
        raise BundleError(f"{path.name}: weights are not finite in fp16, nothing was written")
    rebuilt = _rebuild(card.config, weights)
    card = replace(card, golden=golden_picture(rebuilt, card.config.styles))
    write_whole(path, save(weights, {METADATA_KEY: card.to_json()}))
    return card


def load_bundle(path: Path) -> Bundle:
    """Load a bundle and check that its network still paints its golden picture.

    Raises:
        BadInputError: no such file.
        BundleError: damaged, foreign, from another format version, or not the same network.
    """
    card = read_card(path)
    try:
        with safe_open(path, "pt") as file:
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        network = _rebuild(card.config, weights)
    except Exception as exc:  # any error of the parser on a user's file
        reason = " ".join(str(exc).split())
        raise BundleError(
            f"{path}: weights do not fit the {card.config.architecture} network: {reason[:200]}"
        ) from exc
    if not same_golden(card.golden, golden_picture(network, card.config.styles)):
        raise BundleError(
            f"{path}: the network does not paint its golden picture: the file is damaged, or was "
            "trained for another version of the network; copy it again, or train it again"
        )
    return Bundle(network, card)


def _rebuild(config: TransformerConfig, weights: dict[str, Tensor]) -> TransformNetwork:
    network = build_network(config)
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return network.eval()
