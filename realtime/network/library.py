"""Finds bundles and styles: the shipped ones, and the user's own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realtime.errors import BadInputError, UnknownNameError
from realtime.folders import data_folder
from realtime.look import Look
from realtime.network.card import Card, read_card

LOGGER = logging.getLogger(__name__)
SHIPPED = Path(__file__).parent.parent / "styles"
PREFERRED = "fast"
"""The bundle that comes first: it runs everywhere."""


def user_folder() -> Path:
    """Return the folder where a user's own bundles are found; it need not exist."""
    return data_folder() / "styles"


@dataclass(frozen=True)
class Entry:
    """A bundle that was found."""

    path: Path
    card: Card

    @property
    def name(self) -> str:
        """The bundle's name: its file name without the ending."""
        return self.path.stem


def find_bundles(folders: Sequence[Path] | None = None) -> tuple[Entry, ...]:
    """List bundles, the preferred one first, then by name; a user's own come after the shipped.

    A file that is no bundle of this version is left out, with a warning: it must not keep the
    others from being used.
    """
    entries = []
    for folder in folders if folders is not None else (SHIPPED, user_folder()):
        paths = sorted(folder.glob("*.safetensors"), key=lambda p: (p.stem != PREFERRED, p.stem))
        for path in paths:
            try:
                entries.append(Entry(path, read_card(path)))
            except BadInputError as exc:
                LOGGER.warning("left out: %s", exc)
    return tuple(entries)


def style_names() -> tuple[str, ...]:
    """List the styles of all bundles, each once, in the order of `find_bundles`."""
    return tuple(dict.fromkeys(name for entry in find_bundles() for name in entry.card.names))


def find_bundle(name: str) -> Path:
    """Find a bundle by its path, or by its name among the shipped and the user's own.

    Raises:
        UnknownNameError: no such name. A path is not looked at yet.
    """
    if _is_path(name):
        return Path(name)
    return _named(name, find_bundles())[-1].path  # the user's own, where two have the name


def choose(
    style: str | None, bundle: str | None = None, *, also: Sequence[str] = ()
) -> tuple[Entry, Look]:
    """Resolve a style and a bundle, as a user gave them, to a bundle and a look.

    Args:
        style: A style name, a mix such as `starry-night:0.7,scream:0.3` (weights are scaled to sum
            to 1), or None for the usual style
            (`Card.usual_name`).
        bundle: The path or the name of a bundle; None looks through all of them.
        also: Names that every bundle shall be taken to know, behind its own.

    Raises:
        BadInputError: no bundle, a mix that is not understood, or styles of different bundles.
        UnknownNameError: no such style or bundle; the message names the nearest.
    """
    return choose_among(_bundles(bundle), style, also=also)


def choose_among(
    entries: Sequence[Entry], style: str | None, *, also: Sequence[str] = ()
) -> tuple[Entry, Look]:
    """Find the first of several bundles, at least one, that has what a user asked; see `choose`."""
    parts = _parse_mix(style) if style else {entries[0].card.usual_name: 1.0}
    known = [*(name for entry in entries for name in entry.card.names), *also]
    for name in parts:
        if name not in known:
            raise UnknownNameError("style", name, known)
    for entry in entries:
        names = (*entry.card.names, *also)
        if all(name in names for name in parts):
            total = sum(parts.values())
            return entry, Look(tuple(parts.get(name, 0.0) / total for name in names))
    raise BadInputError(
        f"{' and '.join(parts)} live in different bundles and cannot be mixed; "
        "`pleinair styles` shows which belong together"
    )


def _bundles(bundle: str | None) -> tuple[Entry, ...]:
    if bundle is not None and _is_path(bundle):
        return (Entry(Path(bundle), read_card(Path(bundle))),)
    entries = find_bundles()
    if not entries:
        raise BadInputError(f"no style bundles in {SHIPPED} or {user_folder()}")
    if bundle is None:
        return entries
    return _named(bundle, entries)


def _is_path(bundle: str) -> bool:
    return bundle.endswith(".safetensors") or Path(bundle).is_file()


def _named(bundle: str, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    chosen = tuple(entry for entry in entries if entry.name == bundle)
    if not chosen:
        raise UnknownNameError("bundle", bundle, [entry.name for entry in entries])
    return chosen


def _parse_mix(style: str) -> dict[str, float]:
    parts: dict[str, float] = {}
    for part in style.split(","):
        name, colon, number = (piece.strip() for piece in part.partition(":"))
        try:
            weight = float(number) if colon else 1.0
        except ValueError:
            weight = -1.0
        if not name or not 0.0 < weight < float("inf"):
            raise BadInputError(
                f"style mix {style!r} not understood at {part!r}: expected NAME or "
                "NAME:WEIGHT,NAME:WEIGHT with weights above 0"
            )
        parts[name] = parts.get(name, 0.0) + weight
    return parts
