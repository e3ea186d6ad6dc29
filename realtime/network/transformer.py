"""From a config to a network."""

from __future__ import annotations

from torch import nn

from realtime.network.article import ArticleNetwork
from realtime.network.config import TransformerConfig
from realtime.network.examples import ExamplesNetwork
from realtime.network.unet import StyledUNet


def build_network(config: TransformerConfig) -> nn.Module:
    """Build the network with fresh weights.

    Returns:
        A module called as `network(frames, style_weights)`: frames (N, 3, H, W) RGB float in
        [0, 255], style weights (N, S), result like frames.
    """
    if config.architecture == "article":
        return ArticleNetwork(epsilon=config.epsilon)
    if config.architecture == "examples":
        return ExamplesNetwork()
    return StyledUNet(
        styles=config.styles, widths=config.widths, blocks=config.blocks, epsilon=config.epsilon
    )


def count_parameters(network: nn.Module) -> int:
    """Count the trainable numbers of a network."""
    return sum(parameter.numel() for parameter in network.parameters())
