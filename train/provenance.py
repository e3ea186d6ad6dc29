"""Which painting each style of a bundle came from: read from its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from realtime.errors import BadInputError
from realtime.network.card import Card


def paintings_of(card: Card, folder: Path) -> dict[str, Path]:
    """List the paintings of a bundle's styles by style name, in the order of the style weights.

    Args:
        card: Of the bundle. A bundle that grew from another tells of that one too.
        folder: Where the paintings lie under their own names.

    Raises:
        BadInputError: the card does not say, or a painting is not there.
    """
    files = painting_files(card)
    paintings = {name: folder / file for name, file in zip(card.names, files, strict=True)}
    for name, path in paintings.items():
        if not path.is_file():
            raise BadInputError(f"the painting of {name} is not there: expected {path}")
    return paintings


def painting_files(card: Card) -> list[str]:
    """Name the paintings' files, in the order of the style weights; for errors, see above."""
    return _files(card.recipe, len(card.names))


def _files(recipe: dict[str, Any], count: int) -> list[str]:
    """File names of the first `count` styles' paintings."""
    try:
        own = [str(file) for file in recipe["styles"]]
        kept = count - len(own)
        return own if not kept else _files(recipe["started_from"]["recipe"], kept) + own
    except (KeyError, TypeError) as exc:
        raise BadInputError(
            f"the bundle's card does not say from which paintings it was learned ({exc} is missing)"
        ) from exc
