"""The card of a bundle as text. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from realtime.errors import UnknownNameError
from realtime.network.library import Entry, choose, find_bundles

COLUMNS = {
    "structure": "structure",
    "texture": "texture",
    "noise_gain": "noise gain",
    "shift_gain": "shift gain",
}
TABLE_HEAD = f"{'style':24}" + "".join(f"{title:>12}" for title in COLUMNS.values())
NOT_SHOWN = frozenset({"started_from", "styles", "content", "recipe"})


def appraisal_row(style: str, values: Mapping[str, float | None]) -> str:
    """One line of the table under `TABLE_HEAD`."""
    cells = [values.get(column) for column in COLUMNS]
    return f"{style:24}" + "".join(f"{'-' if c is None else format(c, '.3g'):>12}" for c in cells)


def find(name: str) -> tuple[Entry, str | None]:
    """Find a bundle by its name or path, or a style and the bundle it lives in.

    Raises:
        UnknownNameError: neither; the message names the nearest.
    """
    entries = find_bundles()
    known = [entry.name for entry in entries]
    if name in known or name.endswith(".safetensors"):
        return choose(None, name)[0], None
    if not any(name in entry.card.names for entry in entries):
        names = [style for entry in entries for style in entry.card.names]
        raise UnknownNameError("style or bundle", name, [*known, *names])
    return choose(name)[0], name


def describe(entry: Entry, style: str | None = None) -> Iterator[str]:
    """Yield the lines that tell of a bundle, or of one of its styles and the bundle around it."""
    card = entry.card
    config = {k: v for k, v in card.config.to_dict().items() if k not in ("architecture", "styles")}
    yield f"{entry.name}: {card.config.architecture} network, {len(card.names)} styles"
    yield f"  file      {entry.path}"
    yield f"  network   {_listed(config)}"
    yield f"  licence   {card.licence}"
    for credit in card.styles:
        if style in (None, credit.name):
            yield f"  style     {credit}"
    yield from _training(card.recipe, card.results, "learned")
    yield from _appraisal(card.results.get("appraisal"), [style] if style else card.names)


def _training(recipe: Mapping[str, Any], results: Mapping[str, Any], word: str) -> Iterator[str]:
    if not results:
        return
    yield (
        f"  {word:9} recipe {recipe.get('recipe', 'pleinair')}, {results.get('steps')} steps in "
        f"{results.get('seconds')} s on {results.get('hardware', results.get('device'))}"
    )
    if "pictures" in results:
        yield f"            {results['pictures']} pictures painted"
    pace = results.get("seconds_per_1000_steps")
    if pace is not None:
        yield f"            {pace} s per 1000 steps, seed {recipe.get('seed')}"
    yield f"            from {', '.join(recipe.get('styles', ()))}"
    numbers = {k: v for k, v in recipe.items() if k not in NOT_SHOWN and v not in ([], None, "")}
    yield f"            {_listed(numbers)}"
    if results.get("losses"):
        yield f"            losses: {_listed(results['losses'])}"
    before = recipe.get("started_from")
    if before:
        yield from _training(before["recipe"], before["results"], "before")


def _appraisal(appraisal: Mapping[str, Any] | None, styles: Sequence[str]) -> Iterator[str]:
    if appraisal is None:
        yield "  worth     not measured; `pleinair appraise` does"
        return
    size = appraisal["long_side_px"]
    yield (
        f"  worth     on {appraisal['photographs']} photographs never trained on, "
        f"{f'{size} px' if size else 'as they are'}; structure: 0 is the photograph, texture: 0 is "
        "the painting"
    )
    yield f"    {TABLE_HEAD}"
    for name in styles:
        if name in appraisal["styles"]:
            yield f"    {appraisal_row(name, appraisal['styles'][name])}"


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
