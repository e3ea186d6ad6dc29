"""The table of all styles: each once, with the bundles that have it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from realtime.errors import PleinairError
from realtime.network.card import StyleCredit
from realtime.network.library import Entry
from realtime.ports import Size
from realtime.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from realtime.frame import Pixels

LOGGER = logging.getLogger(__name__)
PIPED_WIDTH = 240
"""Columns where there is no terminal: a style is then one line, whatever reads it."""
FURTHER = """
one of them:                pleinair styles NAME
all over your photographs:  pleinair styles --sheet sheet.jpg PHOTO..."""
THUMBNAIL: Size = (16, 4)
"""Columns and lines."""


def print_styles(entries: Sequence[Entry], console: Console, *, verbose: bool = False) -> None:
    """Print the table, with thumbnails where the console can show them.

    Args:
        entries: The bundles; a style belongs to the first that knows it.
        console: Where to.
        verbose: Add the bundles: file, network, licence.
    """
    pictures = _thumbnails(entries, console)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(style_table(entries, pictures, in_lines=console.is_terminal))
    if verbose:
        console.print()
        for line in _bundles(entries):
            console.print(Text(printable(line)), soft_wrap=True)
    if console.is_terminal:
        console.print(FURTHER, highlight=False)


def style_table(
    entries: Sequence[Entry],
    pictures: Mapping[str, Pixels] | None = None,
    *,
    in_lines: bool = False,
) -> Table:
    """Return the table: a row per style, with its thumbnail if there are any.

    Args:
        entries: The bundles.
        pictures: Thumbnails by the styles' names.
        in_lines: Painter and year stand below the painting: 80 columns are then room enough.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1 if pictures else 0, 0))
    if pictures is not None:
        table.add_column(width=THUMBNAIL[0], no_wrap=True)
    for heading in ("style", "painting", "networks"):
        table.add_column(heading, header_style="bold", no_wrap=heading == "style", overflow="fold")
    for credit, networks in styles_of(entries):
        painter = ", ".join(part for part in (credit.artist, credit.year) if part)
        shown = [printable(part) for part in (credit.title, painter) if part]
        painting = ("\n" if in_lines else ", ").join(shown)
        cells = [Text(printable(credit.name)), Text(painting), Text(printable(", ".join(networks)))]
        drawn = [] if pictures is None else [_drawn(pictures[credit.name])]
        table.add_row(*drawn, *cells)
    return table


def _thumbnails(entries: Sequence[Entry], console: Console) -> Mapping[str, Pixels] | None:
    from realtime.thumbnails import first_thumbnails, shows_pictures  # they need OpenCV

    try:
        return first_thumbnails(entries) if shows_pictures(console) else None
    except PleinairError as exc:  # `doctor` tells more; the names are here all the same
        LOGGER.warning("no thumbnails: %s", exc)
        return None


def _drawn(picture: Pixels) -> Text:
    from realtime.thumbnails import in_half_blocks

    return in_half_blocks(picture, THUMBNAIL)


def _bundles(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        card = entry.card
        yield f"{entry.name}: {card.config.architecture} network, {len(card.names)} styles"
        yield f"  {entry.path}, {card.licence}"


def styles_of(entries: Sequence[Entry]) -> list[tuple[StyleCredit, list[str]]]:
    """List every style once, in the order of the bundles, with the bundles that have it."""
    found: dict[str, tuple[StyleCredit, list[str]]] = {}
    for entry in entries:
        for credit in entry.card.styles:
            found.setdefault(credit.name, (credit, []))[1].append(entry.name)
    return list(found.values())
