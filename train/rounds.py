"""What ships, as two tables of rounds: what CPU cores can do in hours, and a GPU in minutes.

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


@dataclass(frozen=True)
class Round:
    """One run of training; it begins with the bundle of the round before."""

    styles: tuple[str, ...]
    """The styles that it learns."""
    settings: Mapping[str, Any]
    structure: float = 1.0
    """Factor on the styles' own goals of structure."""
    teacher: str = ""
    """The bundle of the gallery whose paintings are imitated, trained before."""


Runs = Mapping[str, tuple[Round, ...]]
"""Bundle name -> the rounds that train it, teachers first."""

STRUCTURE_GOALS = {
    "starry-night": 0.76, "starry-sky": 0.78, "great-wave": 0.82, "wave-crest": 0.80,
    "mosaic": 0.78, "scream": 0.70, "udnie": 0.76, "edtaonisl": 0.76,
    "metzinger": 0.78, "composition-vii": 0.78, "mondrian": 0.78, "parasol": 0.74,
    "water-lilies": 0.76, "shipwreck": 0.77, "red-chalk": 0.72, "mona-lisa": 0.70,
}  # fmt: skip
"""The styles, and how far each may leave the photograph: where its strokes are small, or its
picture is known by its colours, little; where large shapes are what it is known by, more."""
STYLES = tuple(STRUCTURE_GOALS)

TEACHER: dict[str, Any] = {"architecture": "quality", "paintings_per_photograph": 2}
ALONE: dict[str, Any] = TEACHER | {"architecture": "fast"}
"""A pupil's first lessons: texture is best learned from the painting itself."""
STEADY: dict[str, Any] = {
    "identity_steps": 0,
    "stability_weight": 15.0,
    "learning_rate": 1e-3,
    "kernel_rate": 0.01,
}
"""The last round: calm, from a bundle that paints well already."""
ARTICLE: dict[str, Any] = {
    "architecture": "article",
    "learning_rate": 1e-3,
    "kernel_rate": 0.0,
    "residual_scale": 0.05,
    "style_px": 320,
}

PUPIL_STRUCTURE = 1.04
"""A smaller network paints the same texture a little further from the photograph."""

ON_CPU: Runs = {
    "quality": (
        Round(STYLES, TEACHER | {"steps": 9_000}),
        Round(STYLES, TEACHER | STEADY | {"steps": 3_000}),
    ),
    "fast": (
        Round(STYLES, PUPIL | {"steps": 9_000}, PUPIL_STRUCTURE, "quality"),
        Round(STYLES, PUPIL | STEADY | {"steps": 3_000}, PUPIL_STRUCTURE, "quality"),
    ),
    # Its norm before tanh forces every colour to a mean of 127.5 and a deviation of about 80: only
    # paintings of high contrast can be learned well.
    "article": (Round(("edtaonisl",), ARTICLE | {"steps": 2_000}),),
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
        Round(STYLES, TEACHER | LARGE | {"steps": 10_000}),
        Round(STYLES, TEACHER | LARGE | STEADY | {"steps": 4_000}),
    ),
    "fast": (
        Round(STYLES, ALONE | LARGE | {"steps": 5_000}, PUPIL_STRUCTURE),
        Round(STYLES, PUPIL | LARGE | {"steps": 5_000}, PUPIL_STRUCTURE, "quality"),
        Round(STYLES, PUPIL | LARGE | STEADY | {"steps": 4_000}, PUPIL_STRUCTURE, "quality"),
    ),
    "article": (Round(("edtaonisl",), ARTICLE | {"batch": 8, "steps": 3_000}),),
}
"""With `GPU_MINUTES`, the default there, the steps say how the minutes are shared out."""

GPU_MINUTES = 22.0
"""So that all of it, with loading and previews, ends within 25."""


def runs_for(device: torch.device) -> tuple[Runs, float | None]:
    """Return the rounds for a device and the minutes they get by default; None: as long as said."""
    return (ON_GPU, GPU_MINUTES) if device.type == "cuda" else (ON_CPU, None)
