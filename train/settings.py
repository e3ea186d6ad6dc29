"""Every number of a training run, with where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from realtime.errors import BadInputError
from realtime.network.config import MANY_STYLES, Architecture

Precision = Literal["fp32", "bf16"]
FormulaName = Literal["relative", "article", "johnson"]
Layers = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """What a run does. Frozen: a resumed run must have the same settings as the one it resumes.

    The defaults are the recipe `pleinair`; `recipes.py` holds the others.
    """

    # What is learned, from what.
    architecture: Architecture
    styles: tuple[Path, ...]
    """The paintings, one per style that is learned."""
    content: Path
    """A folder of photographs (COCO train2014 in the article)."""
    recipe: str = "pleinair"
    """The name of the recipe these numbers came from; a label."""
    kept_styles: int = 0
    """Styles that the starting bundle already has. They come first, and stay what they are."""
    rows_only: bool = False
    """Learn nothing but the new styles' own scales and shifts; everything else is frozen."""

    # Pictures.
    steps: int
    batch: int = 4
    """Pictures per step, over all processes; 4 in the article (conf/*.yml)."""
    crop_px: int = 192
    """Side of the square crops; 256 in the article."""
    augment: bool = True
    """Random scales, crops and flips. False: cover-resize, centre crop, epochs without
    replacement, as in the article (reader.py)."""
    style_px: int = 384
    """Shorter side of the paintings: larger means finer strokes. 256 in the article."""
    style_square: bool = False
    """Cut the painting's centre square, as the article does (losses.py)."""

    # Losses.
    formula: FormulaName = "relative"
    """How Gram matrices and distances are scaled, see `losses.FORMULAS`."""
    style_layers: Layers = ()
    """Where the loss network is tapped; empty: as deep as its weights reach."""
    content_layer: str = "relu3_3"
    content_weight: float = 1.0
    style_weight: float = 15.0
    """With the formula `relative`, one value serves every painting."""
    style_factors: tuple[float, ...] = ()
    """Factor on `style_weight` for each painting, 1 where none is given: paintings whose texture
    hides faces want less."""
    tv_weight: float = 0.05
    """Total variation; 0 in the article's configurations, 1e-6 in Johnson's code."""
    range_weight: float = 10.0
    """Keeps colours within [0, 255], where there is no tanh to do so."""
    stability_weight: float = 10.0
    """A picture and the same picture a moment later must give the same painting."""

    # Optimisation.
    learning_rate: float = 1e-3
    """Adam's step, as in the article."""
    adam_epsilon: float = 1e-6
    """Adam's usual 1e-8, in the article too, lets parameters whose gradient is nothing but rounding
    errors wander at full speed: the shift before an instance norm, say."""
    schedule: Literal["cosine", "constant"] = "cosine"
    style_rate: float = 5.0
    """Factor on the learning rate of the styles' own rows: each is seen by its pictures only."""
    warmup_steps: int = 50
    average_decay: float = 0.99
    """Exponential moving average of the weights, which the bundle holds; 0: the weights."""
    clip_norm: float = 10.0
    """Longest gradient; 0: any."""
    identity_steps: int = 250
    """First steps, without VGG and cheap: learn to return the photograph. Colours and edges are
    then in place when the styles come."""
    residual_scale: float = 1.0
    """`article` only: factor on the last kernel of every residual block before the first step. As
    specified (1), each block enlarges its input sixfold and drowns the picture that passes by;
    well below 1, blocks start near the identity, and training needs far fewer steps."""
    precision: Precision = "fp32"
    """bf16: autocast in network and loss networks; statistics and losses stay in fp32."""
    seed: int = 1

    def __post_init__(self) -> None:
        if not self.styles:
            raise BadInputError("training needs at least one painting to learn from")
        if self.steps < 1 or self.batch < 1:
            raise BadInputError(
                f"steps and batch must be at least 1, got {self.steps}, {self.batch}"
            )
        if self.style_factors and len(self.style_factors) != len(self.styles):
            raise BadInputError(
                f"{len(self.style_factors)} style factors for {len(self.styles)} paintings"
            )
        if self.crop_px < 64:
            raise BadInputError(
                f"crops must be at least 64 px for the loss network: {self.crop_px}"
            )
        if self.architecture not in MANY_STYLES and len(self.styles) != 1:
            raise BadInputError(
                f"the article network knows one style, got {len(self.styles)} paintings: give "
                "one, or use the fast or the quality network"
            )

    @property
    def all_styles(self) -> int:
        """How many styles the finished network has."""
        return self.kept_styles + len(self.styles)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; the paths keep their names only."""
        values = asdict(self)
        values["styles"] = [path.name for path in self.styles]
        values["style_factors"] = list(self.style_factors)
        values["style_layers"] = list(self.style_layers)
        values["content"] = self.content.name
        return values
