"""Every number of a training run, with where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from realtime.errors import BadInputError
from realtime.network.config import Architecture


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """What a run does. Frozen: a resumed run must have the same settings as the one it resumes."""

    architecture: Architecture
    styles: tuple[Path, ...]
    """The paintings, one per style of the network."""
    content: Path
    """A folder of photographs (COCO train2014 in the article)."""
    steps: int
    batch: int = 4
    """Pictures per step; 4 in the article (conf/*.yml)."""
    crop_px: int = 192
    """Side of the square crops; 256 in the article."""
    style_px: int = 384
    """Shorter side of the paintings: larger means finer strokes. 256 in the article."""
    learning_rate: float = 1e-3
    """Adam's step, as in the article; here it warms up and then follows a cosine to zero."""
    style_rate: float = 5.0
    """Factor on the learning rate of the styles' own rows: each is seen by its pictures only."""
    warmup_steps: int = 50
    content_weight: float = 1.0
    style_weight: float = 15.0
    """Terms are normalised by the energy of their targets, so one value serves every painting."""
    style_factors: tuple[float, ...] = ()
    """Factor on `style_weight` for each painting, 1 where none is given: paintings whose texture
    hides faces want less."""
    tv_weight: float = 0.05
    """Total variation; 0 in the article's configurations, 1e-6 in Johnson's code."""
    stability_weight: float = 150.0
    """A picture and the same picture plus camera noise must give the same painting."""
    identity_steps: int = 250
    """First steps, without VGG and cheap: learn to return the photograph. Colours and edges are
    then in place when the styles come."""
    residual_scale: float = 1.0
    """`article` only: factor on the last kernel of every residual block before the first step. As
    specified (1), each block enlarges its input sixfold and drowns the picture that passes by;
    well below 1, blocks start near the identity, and training needs far fewer steps."""
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

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; the paths keep their names only."""
        values = asdict(self)
        values["styles"] = [path.name for path in self.styles]
        values["style_factors"] = list(self.style_factors)
        values["content"] = self.content.name
        return values
