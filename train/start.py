"""How a run begins: with fresh weights, with a bundle's, or with a bundle to add styles to."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from realtime.errors import BadInputError
from realtime.network.article import ArticleNetwork
from realtime.network.bundle import load_bundle
from realtime.network.card import Card, StyleCredit
from realtime.network.config import TransformerConfig
from realtime.network.folding import fold_upsamplers
from realtime.network.transformer import build_network
from train.checkpoint import RunState
from train.data import Photographs
from train.grow import begin_like_nearest, grown, is_row, load_start
from train.losses import Judge
from train.settings import TrainSettings
from train.widen import widen


@dataclass(frozen=True)
class Beginning:
    """A run before its first step."""

    state: RunState
    config: TransformerConfig
    credits: tuple[StyleCredit, ...]
    """Of all styles of the finished network."""
    origin: Card | None
    """The card of the bundle it started from."""
    teacher: nn.Module | None
    """The network before styles were added; None unless the run may change what it knows."""


def begin(
    settings: TrainSettings,
    credits: tuple[StyleCredit, ...],
    start: Path | None,
    judges: Sequence[Judge],
    targets: Sequence[list[Tensor]],
    photographs: Photographs,
    device: torch.device,
) -> Beginning:
    """Build the network of a run and its optimiser; see `loop.train` for the arguments.

    Raises:
        BadInputError: `start` is no bundle, or not of this network and these styles.
    """
    origin: Card | None = None
    teacher: nn.Module | None = None
    if settings.kept_styles:
        if start is None:
            raise BadInputError("keeping styles needs a bundle to keep them from")
        bundle = load_start(start, credits)
        origin, credits = bundle.card, bundle.card.styles + credits
        network = grown(bundle, len(settings.styles)).to(device)
        if len(origin.styles) != settings.kept_styles:
            raise BadInputError(
                f"{start} has {len(origin.styles)} styles, not {settings.kept_styles}"
            )
        practice = photographs.batch_at(settings.steps).to(device)
        begin_like_nearest(network, settings.kept_styles, judges, targets, practice, origin.names)
        if not settings.rows_only:
            teacher = bundle.network.to(device).requires_grad_(False)
    else:
        network = fold_upsamplers(build_network(_config(settings))).to(device)
        if start is not None:
            origin = _continue_from(start, network, _config(settings), credits)
        elif isinstance(network, ArticleNetwork):
            for kernel in network.residual_kernels():
                kernel.data *= settings.residual_scale
    config = _config(settings)
    if settings.kept_styles:
        assert origin is not None
        config = TransformerConfig.from_dict(
            origin.config.to_dict() | {"styles": settings.all_styles}
        )
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Beginning(_state(network, settings), config, credits, origin, teacher)


def _config(settings: TrainSettings) -> TransformerConfig:
    if settings.architecture == "article":
        return TransformerConfig.article()
    styles = len(settings.styles)
    if settings.architecture == "quality":
        return TransformerConfig.quality(styles)
    return TransformerConfig.fast(styles)


def _continue_from(
    start: Path, network: nn.Module, config: TransformerConfig, credits: tuple[StyleCredit, ...]
) -> Card:
    bundle = load_bundle(start)
    known = bundle.card.config
    if bundle.card.names != tuple(credit.name for credit in credits):
        raise BadInputError(f"{start} holds other styles: cannot start there")
    if known == config:
        network.load_state_dict(bundle.network.state_dict())
    elif (known.architecture, config.architecture) == ("fast", "quality"):
        widen(bundle.network, network)
    else:
        raise BadInputError(f"{start} holds another network: cannot start there")
    return bundle.card


def _state(network: nn.Module, settings: TrainSettings) -> RunState:
    if settings.rows_only:
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(is_row(name))
    learned = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    rows = [parameter for name, parameter in learned if is_row(name)]
    rest = [parameter for name, parameter in learned if not is_row(name)]
    groups = [{"params": rest, "factor": 1.0}, {"params": rows, "factor": settings.style_rate}]
    optimiser = torch.optim.Adam(
        [group for group in groups if group["params"]], eps=settings.adam_epsilon
    )
    average = copy.deepcopy(network).requires_grad_(False)
    return RunState(network, average, optimiser)
