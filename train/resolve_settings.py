"""From what a user asks to the settings of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from realtime.errors import BadInputError, UnknownNameError
from realtime.network.card import StyleCredit, read_card, require_style_name, style_name_of
from realtime.network.library import find_bundle
from realtime.network.registry import many_styles, trainable
from train.data import find_photographs
from train.provenance import painting_files, paintings_of
from train.recipes import PUPIL, ROWS_ONLY, recipe, steps_of
from train.settings import Precision, TrainSettings

BATCH = TrainSettings.batch


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
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
class ResolvedRun:
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


def resolve(request: TrainRequest, device: torch.device) -> ResolvedRun:
    """Check what was asked, and fill in the rest.

    Raises:
        BadInputError: anything that cannot work, before any work is done.
    """
    if request.out is not None and request.out.suffix != ".safetensors":
        raise BadInputError(f"a bundle's name ends in .safetensors, got {request.out.name}")
    if request.teacher is not None:
        return _resolve_pupil(request, request.teacher, device)
    if request.styles_folder is not None:
        raise BadInputError("--styles goes with --teacher: otherwise name the paintings themselves")
    if not request.paintings:
        raise BadInputError("training needs at least one painting to learn from, or --teacher")
    out = request.out or Path(f"{style_name_of(request.paintings[0].stem)}.safetensors")
    values = dict(recipe(request.recipe, request.paintings[0]))
    values |= _given(request)
    start = None if request.start is None else find_bundle(request.start)
    if start is None and request.everything:
        raise BadInputError("--everything goes with --from: without it everything is learned")
    if start is not None:
        if start.resolve() == out.resolve():
            raise BadInputError(f"--out {out} is the bundle to start from: give another name")
        card = read_card(start)
        values |= {
            "architecture": card.config.architecture,
            "kept_styles": card.config.styles,
            "rows_only": not request.everything,
            "identity_steps": 0,
        }
        if not request.everything and request.recipe == "pleinair":
            values = ROWS_ONLY | values
    values.setdefault("architecture", "fast")
    if values["architecture"] not in trainable():
        raise UnknownNameError("architecture", values["architecture"], trainable())
    if values["architecture"] == "article" and request.recipe == "pleinair":
        # Its trunk has no norms to hold Muon's steps, which do not depend on the gradient's size.
        values |= {"residual_scale": 0.05, "kernel_rate": 0.0}
        values.setdefault("learning_rate", 1e-3)
    photographs = len(find_photographs(request.content))
    batch = values.setdefault("batch", BATCH)
    values["precision"] = pick_precision(request.precision, device)
    values["steps"] = request.steps or steps_of(
        request.recipe, photographs=photographs, batch=batch
    )
    settings = TrainSettings(styles=request.paintings, content=request.content, **values)
    return ResolvedRun(
        settings=settings, credits=credits_of(request), start=start, teacher=None, out=out
    )


def _resolve_pupil(request: TrainRequest, teacher: str, device: torch.device) -> ResolvedRun:
    """Plan a run that learns all styles of a bundle, by imitating what it paints."""
    if (
        request.paintings
        or request.start
        or request.everything
        or request.name
        or request.recipe != "pleinair"
    ):
        raise BadInputError(
            "--teacher names all that is learned: leave out paintings, --from, --everything, "
            "--name and --recipe; give the folder of the teacher's paintings with --styles, if you "
            "have it"
        )
    path = find_bundle(teacher)
    card = read_card(path)
    out = request.out or Path(f"{path.stem}-pupil.safetensors")
    if path.resolve() == out.resolve():
        raise BadInputError(f"--out {out} is the teacher: give another name")
    values = PUPIL | _given(request) | {"precision": pick_precision(request.precision, device)}
    if values.get("batch", BATCH) % values["paintings_per_photograph"]:
        values["paintings_per_photograph"] = 1
    if values["architecture"] not in many_styles():
        raise BadInputError(
            f"a pupil is a network of many styles: {' or '.join(many_styles())}, not "
            f"{values['architecture']}"
        )
    if request.styles_folder is None:
        values["judged_every"] = 0
        paintings = tuple(Path(file) for file in painting_files(card))
    else:
        paintings = tuple(paintings_of(card, request.styles_folder).values())
    find_photographs(request.content)
    settings = TrainSettings(
        styles=paintings, content=request.content,
        steps=request.steps or steps_of("pleinair", photographs=0, batch=1), **values,
    )  # fmt: skip
    return ResolvedRun(settings=settings, credits=card.styles, start=None, teacher=path, out=out)


def _given(request: TrainRequest) -> dict[str, Any]:
    values = {key: value for key, value in request.numbers.items() if value is not None}
    if "style_weight" in values:
        values.setdefault("structure_goal", 0.0)  # what is given stays as it is given
    return values


def credits_of(request: TrainRequest) -> tuple[StyleCredit, ...]:
    """Name the new styles: after their files, or as asked.

    Raises:
        BadInputError: one name for several paintings, or the same name twice.
    """
    if request.name is not None and len(request.paintings) > 1:
        raise BadInputError(
            f"--name names one style, got {len(request.paintings)} paintings: leave it out, and "
            "each is named after its file"
        )
    names = [request.name or style_name_of(path.stem) for path in request.paintings]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadInputError(f"two paintings are both called {', '.join(twice)}: rename one file")
    if request.name is not None:
        require_style_name(request.name)
    return tuple(StyleCredit(name=name) for name in names)


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
