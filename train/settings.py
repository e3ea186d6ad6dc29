"""Every number of a training run, with where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from realtime.errors import BadInputError
from realtime.network.registry import many_styles

Precision = Literal["fp32", "bf16"]
FormulaName = Literal["octaves", "article", "johnson"]
Layers = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """What a run does. Frozen: a resumed run must have the same settings as the one it resumes.

    The defaults are the recipe `pleinair`; `recipes.py` holds the others.
    """

    # What is learned, from what.
    architecture: str
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
    batch: int = 2
    """Paintings per step, over all processes; 4 in the article (conf/*.yml). Small steps learn more
    from the same pictures here: 12,000 pictures are 6,000 steps."""
    paintings_per_photograph: int = 1
    """In how many styles each photograph of a step is painted: what VGG sees in it, a fifth of the
    work, is computed once for all of them."""
    crop_px: int = 256
    """Side of the square crops, as in the article. Smaller ones hold too little at quarter size for
    large shapes to be learned."""
    fine_px: int = 128
    """Side of a random window in which the full size is judged: small strokes are the same all over
    the picture, and are half of the loss network's work."""
    augment: bool = True
    """Random scales, crops and flips. False: cover-resize, centre crop, epochs without
    replacement, as in the article (reader.py)."""
    style_px: int = 384
    """Shorter side of the paintings: larger means finer strokes. 256 in the article."""
    style_square: bool = False
    """Cut the painting's centre square, as the article does (losses.py)."""

    # Losses.
    formula: FormulaName = "octaves"
    """`octaves`: `octave_loss.py`; others: how Gram matrices and distances are scaled, from
    `perceptual_loss.FORMULAS`."""
    style_layers: Layers = ()
    """Where the loss network is tapped; `octaves` has its own."""
    fine_layers: Layers = ("relu1_2", "relu2_2")
    """Where `octaves` taps the full size for texture. Without relu2_2 the edges of strokes are
    blurred; it costs a tenth of the time."""
    content_layer: str = "relu3_3"
    content_weight: float = 1.0
    style_weight: float = 3.0
    """With the formula `octaves`, where the weight of a style begins; see `structure_goal`."""
    structure_goal: float | tuple[float, ...] = 0.68
    """The structure term that each style is held at, by turning its weight: below, the painting
    gets more of the style, above, more of the photograph. One weight for all would leave some
    styles pale and dissolve faces in others. One for all styles, or one for each. 0: weights
    stay."""
    balance_rate: float = 0.02
    """How fast: change of a weight's logarithm per picture and unit of structure."""
    palette_weight: float = 2.0
    """Of the distribution of colours, which VGG hardly sees: `palette_loss.py`."""
    plain_weight: float | tuple[float, ...] = 80.0
    """Of blotches where the photograph is plain: `plain_loss.py`. One for all styles, or one for
    each."""
    tv_weight: float = 0.0
    """Total variation; 0 in the article's configurations, 1e-6 in Johnson's code."""
    range_weight: float = 10.0
    """Keeps colours within [0, 255], where there is no tanh to do so."""
    stability_weight: float | tuple[float, ...] = 0.0
    """A picture and the same picture a moment later must give the same painting. Trained last, from
    a bundle that paints well already: 15. One for all styles, or one for each: hard lines of high
    contrast tremble most."""
    imitation_weight: float = 0.0
    """Of a teacher's paintings, pixel by pixel: `perceptual_loss.imitation_error`."""
    judged_every: int = 1
    """VGG looks at every n-th step only; with a teacher the others imitate, which is cheap. 0: at
    none, and the paintings themselves are not needed."""

    # Optimisation.
    learning_rate: float = 2e-3
    """Adam's step, for what is no kernel; 1e-3 in the article."""
    kernel_rate: float = 0.02
    """Muon's step, for the kernels of convolutions; 0: Adam for these too."""
    adam_beta: float = 0.99
    """Adam's memory of squared gradients; 0.999 is the usual, 0.99 forgets the first, wild ones."""
    adam_epsilon: float = 1e-6
    """Adam's usual 1e-8, in the article too, lets parameters whose gradient is nothing but rounding
    errors wander at full speed: the shift before an instance norm, say."""
    schedule: Literal["cosine", "constant"] = "cosine"
    style_rate: float = 2.5
    """Factor on the learning rate of the styles' own rows: each is seen by its pictures only."""
    warmup_steps: int = 50
    average_decay: float = 0.995
    """Exponential moving average of the weights, which the bundle holds; 0: the weights."""
    clip_norm: float = 10.0
    """Longest gradient; 0: any."""
    identity_steps: int = 150
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
        if self.batch % self.paintings_per_photograph:
            raise BadInputError(
                f"a batch of {self.batch} paintings cannot be made of photographs that are painted "
                f"{self.paintings_per_photograph} times each: give a multiple"
            )
        for numbers, what in (
            (self.structure_goals, "goals of structure"),
            (self.stability_weights, "weights of stability"),
            (self.plain_weights, "weights of plain ground"),
        ):
            if len(numbers) != len(self.styles):
                raise BadInputError(
                    f"{len(numbers)} {what} for {len(self.styles)} styles: give one for all, or "
                    "one for each"
                )
        if self.crop_px < 64:
            raise BadInputError(
                f"crops must be at least 64 px for the loss network: {self.crop_px}"
            )
        if self.architecture not in many_styles() and len(self.styles) != 1:
            raise BadInputError(
                f"the article network knows one style, got {len(self.styles)} paintings: give "
                "one, or use the fast or the quality network"
            )

    @property
    def all_styles(self) -> int:
        """How many styles the finished network has."""
        return self.kept_styles + len(self.styles)

    @property
    def structure_goals(self) -> tuple[float, ...]:
        """The goals, one per style that is learned."""
        return self._each(self.structure_goal)

    @property
    def stability_weights(self) -> tuple[float, ...]:
        """The weights of stability, one per style that is learned."""
        return self._each(self.stability_weight)

    @property
    def plain_weights(self) -> tuple[float, ...]:
        """The weights of plain ground, one per style that is learned."""
        return self._each(self.plain_weight)

    def _each(self, number: float | tuple[float, ...]) -> tuple[float, ...]:
        return number if isinstance(number, tuple) else (number,) * len(self.styles)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; the paths keep their names only."""
        values = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
        names = [path.name for path in self.styles]
        return values | {"styles": names, "content": self.content.name}
