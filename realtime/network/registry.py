"""Finds architectures: `x_network.py` in this folder is the architecture `x`."""

from __future__ import annotations

from dataclasses import replace

from realtime import network as package
from realtime import plugins
from realtime.errors import BundleError
from realtime.network.base import Architecture, TransformNetwork
from realtime.network.config import TransformerConfig


def names() -> tuple[str, ...]:
    """List the architectures, without importing any."""
    return plugins.names(package, "network")


def architecture(name: str) -> Architecture:
    """Import one architecture.

    Raises:
        UnknownNameError: there is none of that name.
    """
    found: Architecture = plugins.load(package, "network", name).ARCHITECTURE
    return found


def many_styles() -> tuple[str, ...]:
    """List the architectures that can hold several styles."""
    return tuple(name for name in names() if architecture(name).many_styles)


def trainable() -> tuple[str, ...]:
    """List the architectures that can be trained."""
    return tuple(name for name in names() if architecture(name).trainable)


def default_config(name: str, styles: int = 1) -> TransformerConfig:
    """Return the usual shape of an architecture, for so many styles.

    Raises:
        BundleError: it holds one style only.
    """
    config = replace(architecture(name).config, styles=styles)
    _require_room(config)
    return config


def build_network(config: TransformerConfig) -> TransformNetwork:
    """Build the network with fresh weights.

    Raises:
        BundleError: more styles than it can hold.
    """
    _require_room(config)
    return architecture(config.architecture).build(config)


def _require_room(config: TransformerConfig) -> None:
    if config.styles > 1 and not architecture(config.architecture).many_styles:
        raise BundleError(f"{config.architecture} network cannot hold {config.styles} styles")
