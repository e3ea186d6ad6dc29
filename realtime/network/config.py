"""Configuration of a transform network. Imports no torch, so that style lists stay instant."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from realtime import network as package
from realtime import plugins
from realtime.errors import BundleError, UnknownNameError

LARGEST = 4096
"""Upper limit of all numbers; a damaged card must not allocate all memory."""


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """Everything that decides the shape of a transform network. Frozen, and stored in bundles."""

    architecture: str
    """`x` of the file `x_network.py`."""
    styles: int = 1
    """How many styles the network knows: the length of a style weight row."""
    epsilon: float = 1e-5
    """Added to the variance in instance norm; 1e-9 in the seed's network."""
    widths: tuple[int, int, int] = (16, 32, 64)
    """`fast` and `quality`: channels at a half, a quarter and an eighth of the picture's size."""
    blocks: int = 4
    """`fast` and `quality`: residual blocks in the trunk."""

    def __post_init__(self) -> None:
        known = plugins.names(package, "network")
        if self.architecture not in known:
            raise UnknownNameError("architecture", self.architecture, known)
        sizes = (self.styles, *self.widths, self.blocks)
        if len(self.widths) != 3 or not all(type(n) is int and n <= LARGEST for n in sizes):
            raise BundleError(f"sizes {sizes} of a network, expected whole numbers to {LARGEST}")
        if self.styles < 1:
            raise BundleError(f"{self.architecture} network cannot hold {self.styles} styles")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TransformerConfig:
        """Rebuild a config from `to_dict`; raises BundleError on unknown or missing fields."""
        if isinstance(values.get("widths"), list):  # JSON has no tuples
            values = values | {"widths": tuple(values["widths"])}
        try:
            return cls(**values)
        except TypeError as exc:
            raise BundleError(f"architecture config not understood: {exc}") from exc

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)
