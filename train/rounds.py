"""What ships, as two tables of rounds: what two CPU cores can do in hours, and a GPU in minutes.

A CPU takes a few thousand small steps, so its bundles grow in rounds, each beginning where the one
before ended. A GPU takes ten times as many steps of eight times the pictures: all styles together,
from fresh weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Round:
    """One run of training; it begins with the bundle of the round before."""

    styles: tuple[str, ...]
    """The styles that it learns."""
    settings: Mapping[str, Any]
    kept: tuple[str, ...] = ()
    """The styles that the bundle has already, and that stay what they are."""
    begins: str = ""
    """Another bundle of the gallery to begin with, made larger."""
    half_way_back: tuple[str, ...] = ()
    """Styles whose rows go half the way back in the end: the round cost them too much calm."""


Runs = Mapping[str, tuple[Round, ...]]
"""Bundle name -> the rounds that train it."""

FIRST = ("starry-night", "great-wave", "mosaic", "scream", "udnie", "metzinger")
ADDED = ("composition-vii", "mondrian", "parasol", "water-lilies", "shipwreck", "red-chalk")

ARTICLE: dict[str, Any] = {
    "architecture": "article",
    "batch": 2,
    "crop_px": 160,
    "style_weight": 3.0,
    "residual_scale": 0.05,
    "identity_steps": 150,
    "style_px": 320,
    "stability_weight": 0.0,
}

GENTLE = (1.0, 0.8, 0.4, 0.8, 0.8, 0.6, 0.8, 0.8, 1.0, 1.0, 1.0, 1.0)
"""Style factors of all twelve: paintings whose texture hides faces get less."""

TOGETHER: dict[str, Any] = {
    "batch": 2,
    "identity_steps": 0,
    "stability_weight": 5.0,
    "average_decay": 0.995,
    "style_factors": GENTLE,
}
"""All styles of a bundle that knows them already, once more."""

ON_CPU: Runs = {
    "fast": (
        Round(FIRST, {"architecture": "fast", "steps": 2400, "batch": 2}),
        Round(
            FIRST,
            {
                "architecture": "fast",
                "steps": 450,
                "batch": 2,
                "learning_rate": 5e-4,
                "identity_steps": 0,
                "style_factors": (1.0, 0.8, 0.25, 0.8, 0.8, 0.5),
            },
        ),
        Round(
            ADDED,
            {
                "architecture": "fast",
                "steps": 1800,
                "batch": 2,
                "identity_steps": 0,
                "rows_only": True,
                "style_factors": (0.7, 0.7, 1.0, 1.0, 1.0, 1.0),
            },
            kept=FIRST,
        ),
        # The styles added last had learned their rows only; now all learn together, and the noise
        # gain of a third of what it may be leaves room for less weight on calm.
        Round(
            FIRST + ADDED,
            TOGETHER | {"architecture": "fast", "steps": 2000},
            half_way_back=("mosaic",),
        ),
        # The rounds before were trained without the smoothed trunk and the rule against
        # checkerboards, so this one also had to fill in what these had taken.
        Round(FIRST + ADDED, TOGETHER | {"architecture": "fast", "steps": 1050}),
    ),
    "quality": (
        Round(
            FIRST + ADDED,
            {
                "architecture": "quality",
                "steps": 3000,
                "batch": 2,
                "identity_steps": 0,
                "style_factors": GENTLE,
            },
            begins="fast",
        ),
        Round(FIRST + ADDED, TOGETHER | {"architecture": "quality", "steps": 1600}),
        Round(FIRST + ADDED, TOGETHER | {"architecture": "quality", "steps": 1050}),
    ),
    # Its norm before tanh forces every colour to a mean of 127.5 and a deviation of about 80: only
    # paintings of high contrast can be learned well.
    "article": (Round(("edtaonisl",), ARTICLE | {"steps": 650}),),
    "article-udnie": (Round(("udnie",), ARTICLE | {"steps": 900}),),
}

FRESH: dict[str, Any] = {
    "batch": 16,
    "crop_px": 256,
    "stability_weight": 5.0,
    "average_decay": 0.999,
    "warmup_steps": 200,
}
"""Large batches and crops, near those of Dumoulin et al. 2017 (16 pictures, 40,000 steps)."""

ON_GPU: Runs = {
    "fast": (
        Round(
            FIRST + ADDED,
            FRESH | {"architecture": "fast", "steps": 30_000, "style_factors": GENTLE},
        ),
    ),
    "quality": (
        Round(
            FIRST + ADDED,
            FRESH | {"architecture": "quality", "steps": 30_000, "style_factors": GENTLE},
        ),
    ),
    "article": (Round(("edtaonisl",), ARTICLE | {"batch": 8, "crop_px": 256, "steps": 6_000}),),
    "article-udnie": (Round(("udnie",), ARTICLE | {"batch": 8, "crop_px": 256, "steps": 6_000}),),
}
"""With `GPU_MINUTES`, the default there, the steps say how the minutes are shared out."""

GPU_MINUTES = 22.0
"""So that all of it, with loading and previews, ends within 25."""


def runs_for(device: torch.device) -> tuple[Runs, float | None]:
    """Return the rounds for a device and the minutes they get by default; None: as long as said."""
    return (ON_GPU, GPU_MINUTES) if device.type == "cuda" else (ON_CPU, None)
