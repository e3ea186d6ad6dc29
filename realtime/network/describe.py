"""The card of a bundle as text. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from realtime.errors import UnknownNameError
from realtime.network.library import Entry, choose, find_bundles

COLUMNS = ("structure", "texture", "noise_gain", "shift_gain")
TABLE_HEAD = f"{'style':24}" + "".join(f"{name.replace('_', ' '):>12}" for name in COLUMNS)
NOT_SHOWN = frozenset({"started_from", "styles", "content", "recipe"})


def appraisal_row(style: str, values: Mapping[str, float | None]) -> str:
    """One line of the table under `TABLE_HEAD`."""
    cells = [values.get(column) for column in COLUMNS]
    return f"{style:24}" + "".join(f"{'-' if c is None else format(c, '.3g'):>12}" for c in cells)


def find(name: str) -> tuple[list[Entry], str | None]:
    """Find a bundle by its name or path, or a style and the bundles that know it.

    Returns:
        The bundles, the one that paints the style first, and the style; None: a bundle was meant.

    Raises:
        UnknownNameError: neither; the message names the nearest.
    """
    entries = find_bundles()
    known = [entry.name for entry in entries]
    if name in known or name.endswith(".safetensors"):
        return [choose(None, name)[0]], None
    knowing = [entry for entry in entries if name in entry.card.names]
    if not knowing:
        names = [style for entry in entries for style in entry.card.names]
        raise UnknownNameError("style or bundle", name, [*known, *names])
    return knowing, name


def describe_style(entries: Sequence[Entry], name: str) -> Iterator[str]:
    """Yield the lines that describe a style.

    Args:
        entries: The bundles that know it, at least one; the first is the one that paints it.
        name: The style's.
    """
    usual = entries[0]
    credit = next(credit for credit in usual.card.styles if credit.name == name)
    about = (
        ("painting", credit.title), ("painter", credit.artist), ("year", credit.year),
        ("networks", ", ".join(entry.name for entry in entries)),
    )  # fmt: skip
    yield name
    yield from (f"  {what:10}{text}" for what, text in about if text)
    yield ""
    for entry in entries:
        yield from _appraisal(entry, [name])
    yield ""
    other = next((other for other in usual.card.names if other != name), None)
    yield f"  pleinair live --style {name}"
    yield f"  pleinair image photo.jpg --style {name} --strength 0.7"
    if other is not None:
        yield f"  pleinair video clip.mp4 --style {name}:0.6,{other}:0.4"
    for entry in entries[1:]:
        yield f"  pleinair live --style {name} --bundle {entry.name}"


def describe_bundle(entry: Entry) -> Iterator[str]:
    """Yield the lines that describe a bundle."""
    card = entry.card
    yield f"{entry.name}: {card.config.architecture} network, {len(card.names)} styles"
    yield f"  file      {entry.path}"
    yield f"  licence   {card.licence}"
    for credit in card.styles:
        yield f"  style     {credit}"
    yield ""
    yield from _appraisal(entry, card.names)
    yield ""
    yield f"  pleinair live --bundle {entry.name} --style {card.usual_name}"


def training_log(entry: Entry) -> Iterator[str]:
    """Yield the lines that describe the training of a bundle."""
    card = entry.card
    config = {k: v for k, v in card.config.to_dict().items() if k not in ("architecture", "styles")}
    yield f"{entry.name}: how it was made"
    yield f"  network   {_listed(config)}"
    yield from _training(card.recipe, card.results, "learned")


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


def _appraisal(entry: Entry, styles: Sequence[str]) -> Iterator[str]:
    appraisal: Mapping[str, Any] | None = entry.card.results.get("appraisal")
    if appraisal is None:
        yield f"  {entry.name}: not measured; `pleinair appraise` does"
        return
    size = appraisal["long_side_px"]
    yield (
        f"  {entry.name}, on {appraisal['photographs']} photographs never trained on, "
        f"{f'{size} px' if size else 'as they are'}:"
    )
    yield f"    {TABLE_HEAD}"
    for name in styles:
        if name in appraisal["styles"]:
            yield f"    {appraisal_row(name, appraisal['styles'][name])}"
    yield "    structure: 0 is the photograph; texture: 0 is the painting; gains: 0 is steady"


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
