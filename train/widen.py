"""A larger network that begins as a smaller one: every picture the same, with room to learn.

Net2Net (Chen et al. 2016) for networks with instance norm: new channels listen to everything,
and nobody listens to them yet; new blocks add nothing yet. Training goes on where the small one
stopped.
"""

from __future__ import annotations

import torch
from torch import nn

from realtime.network.fast import FastNetwork


def widen(small: nn.Module, large: nn.Module) -> None:
    """Give `large` the pictures of `small`; both are `FastNetwork`s that know the same styles.

    Args:
        small: The network to copy.
        large: At least as wide and as deep; its weights are changed. What is new keeps the random
            weights it has, where they do not reach the picture.
    """
    assert isinstance(small, FastNetwork)
    assert isinstance(large, FastNetwork)
    known = small.state_dict()
    with torch.no_grad():
        for name, weights in large.state_dict().items():  # by reference
            if name in known:
                _lay_into(weights, known[name], rows_of_styles="norm" in name)
        for block in large.trunk[len(small.trunk) :]:
            assert isinstance(block, type(large.trunk[0]))
            for parameter in (block.norm.scale, block.norm.shift):  # type: ignore[union-attr]
                parameter.zero_()  # type: ignore[operator]


def _lay_into(large: torch.Tensor, small: torch.Tensor, *, rows_of_styles: bool) -> None:
    """Put the small weights into the first channels of the large ones."""
    if rows_of_styles:  # (S, C)
        large[:, : small.shape[1]] = small
        return
    outputs = small.shape[0]
    if small.dim() > 1:  # (C', C, k, k): the old channels do not hear the new ones
        large[:outputs, small.shape[1] :] = 0
        large[:outputs, : small.shape[1]] = small
    else:  # a bias (C',)
        large[:outputs] = small
