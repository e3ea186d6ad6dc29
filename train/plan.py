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
from realtime.network.registry import many_styles, trainable
from train.data import find_photographs
from train.lineage import painting_files, paintings_of
from train.recipes import PUPIL, ROWS_ONLY, recipe, steps_of
from train.settings import Precision, TrainSettings

BATCH = TrainSettings.batch


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
    teacher: str | None = None
    styles_folder: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run that can begin."""

    settings: TrainSettings
    credits: tuple[StyleCredit, ...]
    """Of the styles that are learned."""
    start: Path | None
    """The bundle to start from."""
    teacher: Path | None
    """The bundle to imitate."""
    out: Path
    """The bundle to write."""


def plan(wish: Wish, device: torch.device) -> Plan:
    """Check what was asked, and fill in the rest.

    Raises:
        BadInputError: anything that cannot work, before any work is done.
    """
    if wish.out is not None and wish.out.suffix != ".safetensors":
        raise BadInputError(f"a bundle's name ends in .safetensors, got {wish.out.name}")
    if wish.teacher is not None:
        return _plan_pupil(wish, wish.teacher, device)
    if wish.styles_folder is not None:
        raise BadInputError("--styles goes with --teacher: otherwise name the paintings themselves")
    if not wish.paintings:
        raise BadInputError("training needs at least one painting to learn from, or --teacher")
    out = wish.out or Path(f"{style_name_of(wish.paintings[0].stem)}.safetensors")
    values = dict(recipe(wish.recipe, wish.paintings[0]))
    values |= _given(wish)
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
        if not wish.everything and wish.recipe == "pleinair":
            values = ROWS_ONLY | values
    values.setdefault("architecture", "fast")
    if values["architecture"] not in trainable():
        raise UnknownNameError("architecture", values["architecture"], trainable())
    if values["architecture"] == "article" and wish.recipe == "pleinair":
        # Its trunk has no norms to hold Muon's steps, which do not depend on the gradient's size.
        values |= {"residual_scale": 0.05, "kernel_rate": 0.0}
        values.setdefault("learning_rate", 1e-3)
    photographs = len(find_photographs(wish.content))
    batch = values.setdefault("batch", BATCH)
    values["precision"] = pick_precision(wish.precision, device)
    values["steps"] = wish.steps or steps_of(wish.recipe, photographs=photographs, batch=batch)
    known = {field.name for field in fields(TrainSettings)}
    assert values.keys() <= known
    settings = TrainSettings(styles=wish.paintings, content=wish.content, **values)
    return Plan(settings=settings, credits=credits_of(wish), start=start, teacher=None, out=out)


def _plan_pupil(wish: Wish, teacher: str, device: torch.device) -> Plan:
    """Plan a run that learns all styles of a bundle, by imitating what it paints."""
    if wish.paintings or wish.start or wish.everything or wish.name or wish.recipe != "pleinair":
        raise BadInputError(
            "--teacher names all that is learned: leave out paintings, --from, --everything, "
            "--name and --recipe; give the folder of the teacher's paintings with --styles, if you "
            "have it"
        )
    path = find_bundle(teacher)
    card = read_card(path)
    out = wish.out or Path(f"{path.stem}-pupil.safetensors")
    if path.resolve() == out.resolve():
        raise BadInputError(f"--out {out} is the teacher: give another name")
    values = PUPIL | _given(wish) | {"precision": pick_precision(wish.precision, device)}
    if values.get("batch", BATCH) % values["paintings_per_photograph"]:
        values["paintings_per_photograph"] = 1
    if values["architecture"] not in many_styles():
        raise BadInputError(
            f"a pupil is a network of many styles: {' or '.join(many_styles())}, not "
            f"{values['architecture']}"
        )
    if wish.styles_folder is None:
        values["judged_every"] = 0
        paintings = tuple(Path(file) for file in painting_files(card))
    else:
        paintings = tuple(paintings_of(card, wish.styles_folder).values())
    find_photographs(wish.content)
    settings = TrainSettings(
        styles=paintings, content=wish.content,
        steps=wish.steps or steps_of("pleinair", photographs=0, batch=1), **values,
    )  # fmt: skip
    return Plan(settings=settings, credits=card.styles, start=None, teacher=path, out=out)


def _given(wish: Wish) -> dict[str, Any]:
    values = {key: value for key, value in wish.numbers.items() if value is not None}
    if "style_weight" in values:
        values.setdefault("structure_goal", 0.0)  # what is given stays as it is given
    return values


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
