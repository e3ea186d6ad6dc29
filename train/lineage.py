"""Which painting each style of a bundle came from, and by which settings: read from its card."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from realtime.errors import BadInputError
from realtime.network.card import Card
from train.settings import TrainSettings


@dataclass(frozen=True)
class Origin:
    """Where one style of a bundle came from."""

    name: str
    painting: Path
    settings: TrainSettings
    factor: float
    """On the style weight, for this painting."""


def origins_of(card: Card, paintings: Path) -> list[Origin]:
    """List how the styles of a bundle were learned, in the order of the style weights.

    Args:
        card: Of the bundle. A bundle that grew from another tells of that one too.
        paintings: Folder in which the paintings lie under their own names.

    Raises:
        BadInputError: the card does not say, or a painting is not there.
    """
    recipes = _recipes(card.recipe, len(card.names))
    origins = []
    for name, (recipe, number) in zip(card.names, recipes, strict=True):
        painting = paintings / str(recipe["styles"][number])
        if not painting.is_file():
            raise BadInputError(f"the painting of {name} is not there: expected {painting}")
        factors = recipe.get("style_factors") or [1.0] * len(recipe["styles"])
        origins.append(Origin(name, painting, _settings(recipe, painting), float(factors[number])))
    return origins


def _recipes(recipe: dict[str, Any], count: int) -> list[tuple[dict[str, Any], int]]:
    """(recipe, place in it) of each of the first `count` styles."""
    try:
        own = [(recipe, number) for number in range(len(recipe["styles"]))]
        kept = count - len(own)
        if not kept:
            return own
        return _recipes(recipe["started_from"]["recipe"], kept) + own
    except (KeyError, TypeError) as exc:
        raise BadInputError(
            f"the bundle's card does not say from which paintings it was learned ({exc} is missing)"
        ) from exc


def _settings(recipe: dict[str, Any], painting: Path) -> TrainSettings:
    """The settings that concern judging; of older cards, which lack some, with the defaults."""
    judging = {
        field.name
        for field in fields(TrainSettings)
        if field.name.endswith("_weight")
        or field.name.startswith(("style_p", "style_s", "content_l"))
    } | {"formula", "style_layers", "recipe"}
    values = {name: value for name, value in recipe.items() if name in judging}
    values["style_layers"] = tuple(values.get("style_layers", ()))
    return TrainSettings(
        architecture="fast", styles=(painting,), content=painting.parent, steps=1, **values
    )
