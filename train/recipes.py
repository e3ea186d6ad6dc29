"""Recipes: the numbers that others published, and ours, as presets of `TrainSettings`.

The article's are those of hzy46/fast-neural-style-tensorflow (conf/*.yml, losses.py, reader.py,
train.py); `johnson` those of jcjohnson/fast-neural-style (train.lua, TotalVariation.lua);
`pytorch-examples` those of pytorch/examples (fast_neural_style/neural_style.py). Their losses,
pictures and optimisation are theirs to the letter; the network is the one you choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realtime.errors import UnknownNameError

VGG16_TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")

_JOHNSON_FAMILY: dict[str, Any] = {
    "architecture": "article",
    "batch": 4,
    "crop_px": 256,
    "augment": False,
    "style_px": 256,
    "style_layers": VGG16_TAPS,
    "content_weight": 1.0,
    "tv_weight": 0.0,
    "range_weight": 0.0,
    "palette_weight": 0.0,
    "plain_weight": 0.0,
    "stability_weight": 0.0,
    "structure_goal": 0.0,
    "learning_rate": 1e-3,
    "kernel_rate": 0.0,
    "adam_beta": 0.999,
    "adam_epsilon": 1e-8,
    "schedule": "constant",
    "style_rate": 1.0,
    "warmup_steps": 0,
    "average_decay": 0.0,
    "clip_norm": 0.0,
    "identity_steps": 0,
}

RECIPES: dict[str, dict[str, Any]] = {
    "pleinair": {},
    "article": _JOHNSON_FAMILY
    | {"formula": "article", "content_layer": "relu3_3", "style_square": True},
    "johnson": _JOHNSON_FAMILY
    | {"formula": "johnson", "content_layer": "relu3_3", "style_weight": 5.0, "tv_weight": 1e-6},
    "pytorch-examples": _JOHNSON_FAMILY
    | {
        "formula": "johnson",
        "content_layer": "relu2_2",
        "content_weight": 1e5,
        "style_weight": 1e10,
    },
}
"""Recipe name -> what differs from the defaults of `TrainSettings`."""

PUPIL: dict[str, Any] = {
    "architecture": "fast",
    "paintings_per_photograph": 2,
    "imitation_weight": 5.0,
    "judged_every": 2,
    "style_weight": 8.0,
    "balance_rate": 0.1,
}
"""What differs for a network that learns from a teacher: every second step only imitates, which
needs no VGG and is cheap. Imitation alone averages texture away, and keeps structure without being
asked to: so the style weighs more, and its balance has fewer steps to be found in."""

ROWS_ONLY: dict[str, Any] = {
    "style_rate": 10.0,
    "warmup_steps": 10,
    "average_decay": 0.98,
    "palette_weight": 5.0,
}
"""What differs where only a new style's rows are learned: a few hundred numbers on a trunk that can
paint already bear long steps from the start, and without a term for colours the first minutes paint
every painting pale (`docs/new-style.md`)."""

EPOCHS = {"article": 2, "pytorch-examples": 2}
"""Passes over the photographs. The others count steps: Johnson 40,000."""
STEPS = {"johnson": 40_000, "pleinair": 4_000}

ARTICLE_STYLE_WEIGHTS = {
    "candy": 50.0,
    "mosaic": 100.0,
    "cubist": 180.0,
    "udnie": 200.0,
    "wave": 220.0,
    "feathers": 220.0,
    "scream": 250.0,
    "starry": 250.0,
}
"""conf/*.yml: the article's eight paintings. They hold for TF-Slim's VGG-16, whose input is
RGB minus means; features of other weights have other sizes, and want another weight."""
ARTICLE_OTHER_STYLE_WEIGHT = 220.0
"""For other paintings: the weight that two of the eight share."""


def recipe(name: str, painting: Path) -> Mapping[str, Any]:
    """Return the settings of a recipe; the article's style weight depends on the painting."""
    if name not in RECIPES:
        raise UnknownNameError("recipe", name, list(RECIPES))
    values = {"recipe": name, **RECIPES[name]}
    if name == "article":
        known = (word for word in ARTICLE_STYLE_WEIGHTS if word in painting.stem.lower())
        word = next(known, None)
        values["style_weight"] = ARTICLE_STYLE_WEIGHTS.get(word or "", ARTICLE_OTHER_STYLE_WEIGHT)
    return values


def steps_of(name: str, *, photographs: int, batch: int) -> int:
    """Return how long a recipe trains: epochs over the photographs, or its own number of steps.

    The article counts "step = epoch * image_num / batch_size" (its issue 28): 41,400 on COCO.
    """
    if name in EPOCHS:
        return max(1, EPOCHS[name] * photographs // batch)
    return STEPS[name]
