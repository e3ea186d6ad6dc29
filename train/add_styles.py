"""Adding styles to a network that already paints others, and the rows that they begin with.

A style of the `fast` network is a row of scales and shifts in every conditional instance norm
(Dumoulin et al. 2017). A new one can be learned alone, with everything else frozen: the old styles
stay bit for bit what they were.

It begins as the mixture of old styles that is nearest, in its own colours: what `--style
painting.jpg` shows at once (`realtime/arbitrary_style`) is learned into its rows, without VGG and
in seconds, by imitating that mixture. So the first preview has brushwork and palette already, and
training goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime.arbitrary_style.dead_leaves import dead_leaves
from realtime.arbitrary_style.engine import Mixture
from realtime.arbitrary_style.fit import fit, in_words
from realtime.errors import BadInputError
from realtime.frame import Pixels
from realtime.network.bundle import Bundle, load_bundle
from realtime.network.card import StyleCredit
from realtime.network.pixels import to_pixels, to_tensor
from realtime.network.registry import build_network, many_styles
from train.data import Photographs, load_painting
from train.loss.perceptual_loss import pixel_error

LOGGER = logging.getLogger(__name__)
STEPS = 60
"""Of imitation, each with one photograph in every new style."""
RATE = 0.02
"""Adam's, falling to nothing."""
COARSE_PX = 4
"""Means over squares of this side are imitated beside pixels: of these the palette is made."""


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


def begin_like_nearest(
    network: nn.Module,
    names: Sequence[str],
    paintings: Iterable[Path],
    photographs: Photographs,
    painting_px: int,
) -> None:
    """Let each new style begin as the mixture of old ones that paints most like its painting.

    Args:
        network: A network of many styles, its new ones last; their rows are changed.
        names: Of the old styles.
        paintings: One per new style.
        photographs: To practise on.
        painting_px: Shorter side at which a painting is looked at.
    """
    mixtures = [_nearest(network, names, path, painting_px) for path in paintings]
    old = len(names)
    for row in _rows(network):
        row.data[old:] = _weights(mixtures, row) @ row.data[:old]
    _imitate(network, old, mixtures, photographs)


def _nearest(network: nn.Module, names: Sequence[str], path: Path, painting_px: int) -> Mixture:
    some = _rows(network)[0]
    reference = to_tensor(dead_leaves().copy(), some.device, torch.float32)

    def paint(weights: Sequence[float]) -> Pixels:
        look = some.new_zeros(1, some.shape[0])
        look[0, : len(names)] = look.new_tensor(weights)
        with torch.inference_mode():
            return to_pixels(network(reference, look))

    painting = to_pixels(load_painting(path, painting_px, quietly=True))
    found = fit(paint, len(names), painting)
    mixture = Mixture(path.stem, found.weights, found.palette)
    LOGGER.info("%s begins like %s in its colours", path.name, in_words(mixture, tuple(names)))
    return mixture


def _imitate(
    network: nn.Module, old: int, mixtures: Sequence[Mixture], photographs: Photographs
) -> None:
    """Learn into the new rows what the mixtures paint, with their palettes."""
    rows = _rows(network)
    optimiser = torch.optim.Adam(rows, betas=(0.9, 0.99))
    new = len(mixtures)
    mixed = torch.cat([_weights(mixtures, rows[0]), rows[0].new_zeros(new, new)], 1)  # (new, S)
    looks = torch.eye(old + new, device=rows[0].device)[old:]
    for step in range(STEPS):
        photograph = photographs.batch_at(step, slice(1)).to(rows[0].device)
        pictures = photograph.expand(new, -1, -1, -1)
        with torch.no_grad():
            painted = network(pictures, mixed)
        wanted = torch.cat([_recoloured(*one) for one in zip(painted, mixtures, strict=True)])
        found = network(pictures, looks)
        pairs = (found, wanted), (_coarse(found), _coarse(wanted))
        error = sum((pixel_error(*pair) for pair in pairs), torch.zeros((), device=found.device))
        for row, gradient in zip(rows, torch.autograd.grad(error, rows), strict=True):
            gradient[:old] = 0  # leaves Adam's moments at 0: the old rows stay bit for bit
            row.grad = gradient
        optimiser.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        optimiser.step()
    optimiser.zero_grad(set_to_none=True)


def _recoloured(painted: Tensor, mixture: Mixture) -> Tensor:
    """(3, H, W) -> (1, 3, H, W)."""
    pixels = mixture.palette.applied(to_pixels(painted[None]))
    return to_tensor(pixels, painted.device, torch.float32)


def _coarse(pictures: Tensor) -> Tensor:
    return F.avg_pool2d(pictures, COARSE_PX)


def _rows(network: nn.Module) -> list[nn.Parameter]:
    """All rows of styles, (S, C) each."""
    return [parameter for name, parameter in network.named_parameters() if is_row(name)]


def _weights(mixtures: Sequence[Mixture], like: Tensor) -> Tensor:
    """(new, old)."""
    return like.new_tensor([mixture.style_weights for mixture in mixtures])
