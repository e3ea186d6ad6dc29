"""What shape a transform network has. Imports no torch, so that style lists stay instant."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from realtime.errors import BundleError, UnknownNameError

Architecture = Literal["article", "examples", "fast", "quality"]
LARGEST = 4096
"""No network has more of anything; a damaged card must not ask for all memory."""
MANY_STYLES = ("fast", "quality")
"""The architectures that know more than one style: the same plan in two sizes, cheapest first."""

UNET_EPSILON = 0.1
"""Of `fast` and `quality`: their kernels are large, so of a photograph no channel varies by less
than 2 before its norm, and 0.1 changes the painting by less than a level. Of a flat frame only
rounding is left: with 1e-5, norm after norm blew it up to a picture that differed by 100 levels
from engine to engine."""


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """Everything that decides the shape of a transform network. Frozen, and stored in bundles."""

    architecture: Architecture
    styles: int = 1
    """How many styles the network knows: the length of a style weight row."""
    epsilon: float = 1e-5
    """Added to the variance in instance norm; 1e-9 in the seed's network."""
    widths: tuple[int, int, int] = (16, 32, 64)
    """`fast` and `quality`: channels at a half, a quarter and an eighth of the picture's size."""
    blocks: int = 4
    """`fast` and `quality`: residual blocks in the trunk."""

    def __post_init__(self) -> None:
        if self.architecture not in get_args(Architecture):
            raise UnknownNameError("architecture", self.architecture, get_args(Architecture))
        sizes = (self.styles, *self.widths, self.blocks)
        if len(self.widths) != 3 or not all(type(n) is int and n <= LARGEST for n in sizes):
            raise BundleError(f"sizes {sizes} of a network, expected whole numbers to {LARGEST}")
        if self.styles < 1 or (self.architecture not in MANY_STYLES and self.styles != 1):
            raise BundleError(f"{self.architecture} network cannot hold {self.styles} styles")

    @classmethod
    def article(cls) -> TransformerConfig:
        """Return the seed's network: one style, epsilon 1e-9."""
        return cls(architecture="article", epsilon=1e-9)

    @classmethod
    def examples(cls) -> TransformerConfig:
        """Return the network of pytorch/examples, for imports."""
        return cls(architecture="examples")

    @classmethod
    def fast(cls, styles: int) -> TransformerConfig:
        """Return the shipped size of the laptop network for `styles` styles."""
        return cls(architecture="fast", styles=styles, epsilon=UNET_EPSILON)

    @classmethod
    def quality(cls, styles: int) -> TransformerConfig:
        """Return the shipped size of the larger network: about 2.5 times the work of `fast`."""
        return cls(
            architecture="quality", styles=styles, epsilon=UNET_EPSILON,
            widths=(24, 48, 96), blocks=5,
        )  # fmt: skip

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TransformerConfig:
        """Rebuild a config from `to_dict`; raises BundleError on unknown or missing fields."""
        if isinstance(values.get("widths"), list):  # JSON knows no tuples
            values = values | {"widths": tuple(values["widths"])}
        try:
            return cls(**values)
        except TypeError as exc:
            raise BundleError(f"architecture config not understood: {exc}") from exc

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)
