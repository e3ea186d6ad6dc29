"""How a run begins: with fresh weights, with a bundle's, or with a bundle to add styles to."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from realtime.errors import BadInputError
from realtime.network.bundle import load_bundle
from realtime.network.card import Card, StyleCredit
from realtime.network.config import TransformerConfig
from realtime.network.registry import build_network, default_config
from train.add_styles import begin_like_nearest, grown, is_row, load_start
from train.checkpoint import RunState
from train.data import Photographs
from train.muon import Muon
from train.settings import TrainSettings


@dataclass(frozen=True)
class Beginning:
    """A run before its first step."""

    state: RunState
    config: TransformerConfig
    credits: tuple[StyleCredit, ...]
    """Of all styles of the finished network."""
    origin: Card | None
    """The card of the bundle it started from."""
    before: nn.Module | None
    """The network before styles were added; None unless the run may change what it knows."""


def begin(
    settings: TrainSettings,
    credits: tuple[StyleCredit, ...],
    start: Path | None,
    photographs: Photographs | None,
    device: torch.device,
) -> Beginning:
    """Build the network of a run and its optimiser; see `loop.train` for the arguments.

    Without photographs new styles begin as the mean of the old ones: for a run that goes on, whose
    rows come from its checkpoint.

    Raises:
        BadInputError: `start` is no bundle, or not of this network and these styles.
    """
    config = default_config(settings.architecture, len(settings.styles))
    origin: Card | None = None
    before: nn.Module | None = None
    if settings.kept_styles:
        if start is None:
            raise BadInputError("keeping styles needs a bundle to keep them from")
        bundle = load_start(start, credits)
        origin, credits = bundle.card, bundle.card.styles + credits
        config = replace(origin.config, styles=settings.all_styles)
        network = grown(bundle, len(settings.styles)).to(device)
        if len(origin.styles) != settings.kept_styles:
            raise BadInputError(
                f"{start} has {len(origin.styles)} styles, not {settings.kept_styles}"
            )
        if photographs is not None:
            begin_like_nearest(
                network, origin.names, settings.styles, photographs, settings.style_px
            )
        if not settings.rows_only:
            before = bundle.network.to(device).requires_grad_(False)
    else:
        network = build_network(config).for_training().to(device)
        if start is not None:
            origin = _continue_from(start, network, config, credits)
        else:
            for kernel in network.residual_kernels():
                kernel.data *= settings.residual_scale
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    state = _state(network, settings)
    if origin is not None and not settings.kept_styles:
        _take_balance(state, origin)
    return Beginning(state, config, credits, origin, before)


def load_teacher(path: Path, credits: tuple[StyleCredit, ...]) -> nn.Module:
    """Load the network of a bundle whose paintings are to be imitated.

    Raises:
        BadInputError: it knows other styles, or has them in another order.
    """
    bundle = load_bundle(path)
    wanted = tuple(credit.name for credit in credits)
    if bundle.card.names != wanted:
        raise BadInputError(
            f"the teacher {path} knows {', '.join(bundle.card.names)}, the pupil is to learn "
            f"{', '.join(wanted)}: both must be the same styles in the same order"
        )
    network = bundle.network.folded().requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _continue_from(
    start: Path, network: nn.Module, config: TransformerConfig, credits: tuple[StyleCredit, ...]
) -> Card:
    bundle = load_bundle(start)
    if bundle.card.names != tuple(credit.name for credit in credits):
        raise BadInputError(f"{start} holds other styles: cannot start there")
    if bundle.card.config != config:
        raise BadInputError(f"{start} holds another network: cannot start there")
    network.load_state_dict(bundle.network.state_dict())
    return bundle.card


def _take_balance(state: RunState, origin: Card) -> None:
    """Go on with the style weights that the run before had found."""
    found = origin.results.get("balance")
    if isinstance(found, list) and len(found) == len(state.balance):
        state.balance.copy_(torch.tensor(found, dtype=torch.float32))


def _state(network: nn.Module, settings: TrainSettings) -> RunState:
    if settings.rows_only:
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(is_row(name))
    learned = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    rows = [parameter for name, parameter in learned if is_row(name)]
    others = [parameter for name, parameter in learned if not is_row(name)]
    kernels = [p for p in others if p.dim() == 4] if settings.kernel_rate else []
    rest = [p for p in others if p.dim() != 4] if settings.kernel_rate else others
    groups = [
        {"params": rest, "rate": settings.learning_rate},
        {"params": rows, "rate": settings.learning_rate * settings.style_rate},
    ]
    betas, optimisers = (0.9, settings.adam_beta), list[torch.optim.Optimizer]()
    if groups := [group for group in groups if group["params"]]:
        optimisers.append(torch.optim.Adam(groups, betas=betas, eps=settings.adam_epsilon))
    if kernels:
        optimisers.append(Muon([{"params": kernels, "rate": settings.kernel_rate}]))
    average = copy.deepcopy(network).requires_grad_(False)
    balance = torch.zeros(len(settings.styles), device=next(network.parameters()).device)
    return RunState(network, average, optimisers, balance)
