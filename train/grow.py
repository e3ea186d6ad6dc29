"""Adding a style to a network that already paints others.

A style of the `fast` network is a row of scales and shifts in every conditional instance norm
(Dumoulin et al. 2017). A new one can be learned alone, with everything else frozen: the old styles
stay bit for bit what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from realtime.errors import BadInputError
from realtime.network.bundle import Bundle, load_bundle
from realtime.network.card import StyleCredit
from realtime.network.registry import build_network, many_styles


def is_row(name: str) -> bool:
    """Tell whether a parameter of the network holds rows of styles, by its name."""
    return "norm" in name


def load_start(path: Path, new: Sequence[StyleCredit]) -> Bundle:
    """Load a bundle to add styles to.

    Raises:
        BadInputError: its network knows one style only, or a name is taken already.
    """
    bundle = load_bundle(path)
    if bundle.card.config.architecture not in many_styles():
        raise BadInputError(
            f"{path} holds a network that knows one style and cannot take another: "
            "start from a bundle of the fast or the quality network"
        )
    if taken := {credit.name for credit in new} & set(bundle.card.names):
        raise BadInputError(
            f"{path} already has a style {', '.join(sorted(taken))}: choose another with --name"
        )
    return bundle


def grown(bundle: Bundle, new: int) -> nn.Module:
    """Return the bundle's network with `new` more styles, each beginning as the mean of the old."""
    config = replace(bundle.card.config, styles=bundle.card.config.styles + new)
    network = build_network(config).for_training()
    weights = dict(bundle.network.for_training().state_dict())
    for name, _ in network.named_parameters():
        if is_row(name):
            old = weights[name]
            weights[name] = torch.cat([old, old.mean(0, keepdim=True).expand(new, -1)])
    network.load_state_dict(weights)
    return network
