"""From what a user asks to the settings of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch

from realtime.errors import BadInputError, UnknownNameError
from realtime.network.card import StyleCredit, read_card, require_style_name, style_name_of
from realtime.network.library import find_bundle
from train.data import find_photographs
from train.recipes import recipe, steps_of
from train.settings import Precision, TrainSettings

BATCH = 4
TRAINABLE = ("article", "fast", "quality")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a user asked for on the command line, unchecked."""

    paintings: tuple[Path, ...]
    content: Path
    start: str | None
    out: Path | None
    name: str | None
    recipe: str
    everything: bool
    precision: str
    device: str
    steps: int | None
    numbers: Mapping[str, Any]
    """Fields of `TrainSettings` that were given; None: the recipe's."""


def plan(wish: Wish, device: torch.device) -> tuple[TrainSettings, Path | None, Path]:
    """Return the settings, the bundle to start from, and the bundle to write.

    Raises:
        BadInputError: anything that cannot work, before any work is done.
    """
    out = wish.out or Path(f"{style_name_of(wish.paintings[0].stem)}.safetensors")
    if out.suffix != ".safetensors":
        raise BadInputError(f"a bundle's name ends in .safetensors, got {out.name}")
    values = dict(recipe(wish.recipe, wish.paintings[0]))
    values |= {key: value for key, value in wish.numbers.items() if value is not None}
    start = None if wish.start is None else find_bundle(wish.start)
    if start is None and wish.everything:
        raise BadInputError("--everything goes with --from: without it everything is learned")
    if start is not None:
        if start.resolve() == out.resolve():
            raise BadInputError(f"--out {out} is the bundle to start from: give another name")
        card = read_card(start)
        values |= {
            "architecture": card.config.architecture,
            "kept_styles": card.config.styles,
            "rows_only": not wish.everything,
            "identity_steps": 0,
        }
    values.setdefault("architecture", "fast")
    if values["architecture"] not in TRAINABLE:
        raise UnknownNameError("architecture", values["architecture"], TRAINABLE)
    if values["architecture"] == "article" and wish.recipe == "pleinair":
        values.setdefault("stability_weight", 0.0)
        values["residual_scale"] = 0.05
    photographs = len(find_photographs(wish.content))
    batch = values.setdefault("batch", BATCH)
    values["precision"] = pick_precision(wish.precision, device)
    values["steps"] = wish.steps or steps_of(wish.recipe, photographs=photographs, batch=batch)
    known = {field.name for field in fields(TrainSettings)}
    assert values.keys() <= known
    settings = TrainSettings(styles=wish.paintings, content=wish.content, **values)
    return settings, start, out


def credits_of(wish: Wish) -> tuple[StyleCredit, ...]:
    """Name the new styles: after their files, or as asked.

    Raises:
        BadInputError: one name for several paintings, or the same name twice.
    """
    if wish.name is not None and len(wish.paintings) > 1:
        raise BadInputError(
            f"--name names one style, got {len(wish.paintings)} paintings: leave it out, and each "
            "is named after its file"
        )
    names = [wish.name or style_name_of(path.stem) for path in wish.paintings]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadInputError(f"two paintings are both called {', '.join(twice)}: rename one file")
    if wish.name is not None:
        require_style_name(wish.name)
    return tuple(StyleCredit(name=name) for name in names)


def pick_device(name: str) -> torch.device:
    """Return the device to train on; `auto` is the GPU where there is one.

    Raises:
        BadInputError: no such device here.
    """
    has_mps = torch.backends.mps.is_available()
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": has_mps}
    if name == "auto":
        return torch.device("cuda" if here["cuda"] else "mps" if here["mps"] else "cpu")
    if name not in here:
        raise UnknownNameError("device", name, ["auto", *here])
    if not here[name]:
        raise BadInputError(f"no {name} device here: use --device cpu, or auto")
    return torch.device(name)


def pick_precision(name: str, device: torch.device) -> Precision:
    """Return fp32 or bf16; `auto` is bf16 where the hardware multiplies it natively."""
    if name not in ("auto", "fp32", "bf16"):
        raise UnknownNameError("precision", name, ["auto", "fp32", "bf16"])
    if name != "auto":
        return "bf16" if name == "bf16" else "fp32"
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    if device.type == "cpu" and torch.cpu._is_avx512_bf16_supported():
        return "bf16"
    return "fp32"
