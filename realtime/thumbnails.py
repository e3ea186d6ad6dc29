"""Thumbnails of all styles, painted once per bundle, and how a terminal shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

from realtime.engines import open_engine
from realtime.engines.enlarge import resized
from realtime.folders import cache_folder, write_cache
from realtime.frame import Frame, Pixels
from realtime.graph.store import graph_key
from realtime.look import Look
from realtime.network.library import Entry
from realtime.ports import Size
from realtime.sources.landscape import Landscape

PAINTED_PX = (320, 240)
THUMBNAIL_PX = (64, 48)
UPPER_HALF = "\N{UPPER HALF BLOCK}"
"""Its ink is the upper of two pixels, its paper the lower: pixels are then nearly square."""
DRAWN_AS = 1
"""Version of the cache: increased when thumbnails must be painted again."""


def shows_pictures(console: Console) -> bool:
    """Tell whether a console can show pictures: a terminal of 24-bit colour, not NO_COLOR."""
    colourful = console.is_terminal and console.color_system == "truecolor"
    try:
        UPPER_HALF.encode(console.encoding)
    except UnicodeEncodeError:
        return False
    return colourful and not console.no_color


def thumbnails_of(entry: Entry) -> list[Pixels]:
    """Return a small landscape in every style of a bundle, RGB uint8 (48, 64, 3), from the cache.

    Raises:
        BadInputError: a damaged bundle.
        EngineError: nothing here can paint it.
    """
    key = graph_key(entry.path, "thumbnails", DRAWN_AS)
    path = cache_folder() / "thumbnails" / f"{entry.path.stem}-{key}.png"
    names, (width, height) = entry.card.names, THUMBNAIL_PX
    strip = cv2.imread(str(path)) if path.is_file() else None
    if strip is None or strip.shape != (height, width * len(names), 3):
        strip = np.hstack(_painted(entry))[:, :, ::-1]
        write_cache(path, cv2.imencode(".png", strip)[1].tobytes())
    bgr = strip.astype(np.uint8)
    return [bgr[:, i * width : (i + 1) * width, ::-1] for i in range(len(names))]


def _painted(entry: Entry) -> list[Pixels]:
    scene, styles = Landscape(*PAINTED_PX).at(0.0), len(entry.card.names)
    with open_engine("auto", entry.path) as engine:
        looks = [Look.of_style(number, styles) for number in range(styles)]
        paintings = [engine.stylize(Frame(scene, 0, 0.0), look).pixels for look in looks]
    return [resized(painting, THUMBNAIL_PX) for painting in paintings]


def first_thumbnails(entries: Sequence[Entry]) -> Mapping[str, Pixels]:
    """Return a thumbnail of every style, painted by the first bundle that has it."""
    found: dict[str, Pixels] = {}
    for entry in entries:
        if not found.keys() >= set(entry.card.names):
            found = dict(zip(entry.card.names, thumbnails_of(entry), strict=True)) | found
    return found


def in_half_blocks(picture: Pixels, size: Size) -> Text:
    """Return RGB uint8 (H, W, 3) as coloured characters, `size` in columns and lines."""
    columns, lines = size
    small = resized(picture, (columns, 2 * lines))
    text = Text()
    for line in range(lines):
        if line:
            text.append("\n")
        for upper, lower in zip(small[2 * line], small[2 * line + 1], strict=True):
            ink, paper = (Color.from_rgb(*map(int, pixel)) for pixel in (upper, lower))
            text.append(UPPER_HALF, Style(color=ink, bgcolor=paper))
    return text
