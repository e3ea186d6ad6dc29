"""What ships, as two tables of stages: what CPU cores can do in hours, and a GPU in minutes.

`quality` is the teacher: it is judged by VGG at every step. `fast` is its pupil: it imitates what
`quality` paints, which is cheap, and at every second step VGG looks too, because imitation alone
averages texture away. So both paint the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from train.recipes import PUPIL

STRUCTURE_GOALS = {
    "starry-night": 0.67, "starry-sky": 0.67, "great-wave": 0.74, "wave-crest": 0.73,
    "mosaic": 0.70, "scream": 0.64, "udnie": 0.69, "edtaonisl": 0.69,
    "metzinger": 0.69, "composition-vii": 0.70, "mondrian": 0.72, "parasol": 0.65,
    "water-lilies": 0.68, "shipwreck": 0.68, "red-chalk": 0.65, "mona-lisa": 0.62,
}  # fmt: skip
"""The styles, and how far each may leave the photograph: where its strokes are small, or its
picture is known by its colours, little; where large shapes are what it is known by, more."""
STYLES = tuple(STRUCTURE_GOALS)
STABILITY_WEIGHTS = {
    "mosaic": 60.0, "mondrian": 40.0, "composition-vii": 25.0, "wave-crest": 25.0,
    "metzinger": 20.0, "edtaonisl": 20.0, "starry-sky": 20.0,
}  # fmt: skip
"""Of stages for steadiness; 15 for the others. Hard, dark lines tremble most under noise."""
USUAL_STABILITY_WEIGHT = 15.0
SPARED = (
    "starry-night", "starry-sky", "mosaic", "mona-lisa", "edtaonisl", "wave-crest", "shipwreck",
)  # fmt: skip
"""Styles with half the others' factor on it in the last round: held by a high weight already, or
dark, or known by lines that would fade."""
PLAIN_WEIGHTS = {
    "mosaic": 20.0, "mondrian": 20.0, "starry-night": 40.0, "starry-sky": 40.0, "scream": 40.0,
    "edtaonisl": 60.0, "udnie": 100.0,
}  # fmt: skip
"""Of blotches on plain ground; 80 for the others. Tiles, lines and stars belong on walls, too."""
USUAL_PLAIN_WEIGHT = 80.0
PUPIL_STRUCTURE = {
    "edtaonisl": 1.12, "composition-vii": 1.12, "parasol": 1.12, "water-lilies": 1.12,
}  # fmt: skip
"""Factors on the goals of structure of `fast`: a smaller network paints the same texture a little
further from the photograph. Of these styles, with the usual factor, more than 15 % less well."""
USUAL_PUPIL_STRUCTURE = 1.07


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One run of training; it begins with the bundle of the round before."""

    settings: Mapping[str, Any]
    """What differs from the defaults of `TrainSettings`."""
    styles: tuple[str, ...] = STYLES
    """The styles that it learns."""
    steady: float = 0.0
    """Factor on the weights of steadiness: a picture must look the same a moment later."""
    structure: float = 1.0
    """Factor on the goals of structure: with more steadiness, room for the texture."""
    teacher: str = ""
    """The bundle of the bundles whose paintings are imitated, trained before."""

    @property
    def structure_goals(self) -> tuple[float, ...]:
        """The goals of structure, style by style."""
        pupil = self.settings["architecture"] == "fast"
        return tuple(
            STRUCTURE_GOALS[name] * self.structure
            * (PUPIL_STRUCTURE.get(name, USUAL_PUPIL_STRUCTURE) if pupil else 1.0)
            for name in self.styles
        )  # fmt: skip

    @property
    def stability_weights(self) -> tuple[float, ...]:
        """The weights of stability, style by style."""
        last = self.steady > 1.0
        return tuple(
            STABILITY_WEIGHTS.get(name, USUAL_STABILITY_WEIGHT)
            * (self.steady / 2 if last and name in SPARED else self.steady)
            for name in self.styles
        )

    @property
    def plain_weights(self) -> tuple[float, ...]:
        """The weights of plain ground, style by style."""
        return tuple(PLAIN_WEIGHTS.get(name, USUAL_PLAIN_WEIGHT) for name in self.styles)


Runs = Mapping[str, tuple[Stage, ...]]
"""Bundle name -> the stages that train it, teachers first."""

TEACHER: dict[str, Any] = {"architecture": "quality", "paintings_per_photograph": 2}
ALONE: dict[str, Any] = TEACHER | {"architecture": "fast"}
"""A pupil's first lessons: texture is best learned from the painting itself."""
LATER: dict[str, Any] = {"identity_steps": 0, "learning_rate": 1e-3, "kernel_rate": 0.01}
"""For a bundle that paints well already."""
LAST: dict[str, Any] = LATER | {
    "learning_rate": 3e-4,
    "kernel_rate": 2e-3,
    "average_decay": 0.998,
}
"""For steps of two pictures after those of 32: their direction is so uncertain that longer ones
lose more than they teach."""
CALM: dict[str, Any] = LAST | {
    "batch": 4,
    "steps": 5_000,
    "learning_rate": 4e-4,
    "kernel_rate": 4e-3,
    "warmup_steps": 30,
}
"""The round that made what a GPU had left calmer (docs/plans.md): 100 minutes of one core each."""
ARTICLE: dict[str, Any] = {
    "architecture": "article",
    "learning_rate": 1e-3,
    "kernel_rate": 0.0,
    "residual_scale": 0.05,
    "style_px": 320,
    "fine_layers": ("relu1_2",),
    "palette_weight": 0.0,
    "plain_weight": 0.0,
}
"""As the bundle that ships was trained: its norm before tanh leaves no choice of colours."""

ON_CPU: Runs = {
    "quality": (
        Stage(settings=TEACHER | {"steps": 9_000}),
        Stage(settings=TEACHER | LATER | {"steps": 3_000}, steady=1.0),
        Stage(settings=TEACHER | LAST | {"steps": 6_000}, steady=1.0),
        Stage(settings=TEACHER | CALM, steady=4.0, structure=1.02),
    ),
    "fast": (
        Stage(settings=PUPIL | {"steps": 9_000}, teacher="quality"),
        Stage(settings=PUPIL | LATER | {"steps": 3_000}, teacher="quality", steady=1.0),
        Stage(settings=PUPIL | LAST | {"steps": 6_000}, teacher="quality", steady=1.0),
        Stage(settings=ALONE | CALM, steady=4.0, structure=1.02),
    ),
    # Its norm before tanh forces every colour to a mean of 127.5 and a deviation of about 80: only
    # paintings of high contrast can be learned well.
    "article": (Stage(settings=ARTICLE | {"steps": 2_000}, styles=("edtaonisl",)),),
}

LARGE: dict[str, Any] = {
    "batch": 32,
    "average_decay": 0.999,
    "warmup_steps": 200,
    "balance_rate": 0.01,
}
"""Batches as large as keep a GPU busy; Dumoulin et al. 2017 took 40,000 steps of 16 pictures."""

ON_GPU: Runs = {
    "quality": (
        Stage(settings=TEACHER | LARGE | {"steps": 10_000}, steady=1.0),
        Stage(settings=TEACHER | LARGE | LATER | {"steps": 4_000}, steady=1.0),
    ),
    "fast": (
        Stage(settings=ALONE | LARGE | {"steps": 5_000}, steady=1.0),
        Stage(settings=PUPIL | LARGE | LATER | {"steps": 5_000}, teacher="quality", steady=1.0),
        Stage(settings=PUPIL | LARGE | LATER | {"steps": 4_000}, teacher="quality", steady=1.0),
    ),
    "article": (Stage(settings=ARTICLE | {"batch": 8, "steps": 3_000}, styles=("edtaonisl",)),),
}
"""With `GPU_MINUTES`, the default there, the steps say how the minutes are shared out."""

GPU_MINUTES = 22.0
"""So that all of it, with loading and previews, ends within 25."""


def runs_for(device: torch.device) -> tuple[Runs, float | None]:
    """Return the stages for a device and the minutes they get by default; None: as long as said."""
    return (ON_GPU, GPU_MINUTES) if device.type == "cuda" else (ON_CPU, None)
