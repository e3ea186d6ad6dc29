"""A contact sheet: photographs down, styles across, the originals first, bundle after bundle.

The styles are wrapped into as many rows as make the sheet nearly square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from realtime.engines import open_engine
from realtime.folders import write_whole
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.library import Entry
from realtime.resize import fit, letterboxed
from realtime.sinks import outputs
from realtime.sinks.images_sink import check_picture_name, encode
from realtime.sources.images_source import read_image, unpainted_in
from realtime.sources.landscape import Landscape

CELL_PX = (320, 240)
PAINTED_PX = (640, 480)
"""Pictures are painted at this size and then reduced: strokes look as they do in a window."""
LABEL_PX, MARGIN_PX = 36, 6
LEAST_ACROSS = 5
"""Pictures per row; more where the sheet would become longer than a screen can show."""
MOST_UPRIGHT = 1.25
"""Height over width of a sheet, at most."""


def write_sheet(
    path: Path,
    entries: Sequence[Entry],
    photographs: Sequence[Path],
    tell: Callable[[str], None] = lambda line: None,
    *,
    overwrite: bool = False,
) -> None:
    """Paint every photograph in every style of the bundles, and write the sheet.

    Args:
        path: The picture to write.
        entries: The bundles.
        photographs: The scenes, pictures or folders of them; none means the landscape.
        tell: Told what is being painted.
        overwrite: Replace a file that pleinair did not write.

    Raises:
        BadInputError: a photograph cannot be read, or the sheet cannot or may not be written.
    """
    check_picture_name(path)
    pictures = [picture for given in photographs for picture in unpainted_in(given)]
    outputs.require_free(path, pictures, overwrite=overwrite)
    write_whole(path, encode(contact_sheet(entries, pictures, tell), path.suffix.lower()))


def contact_sheet(
    entries: Sequence[Entry],
    photographs: Sequence[Path],
    tell: Callable[[str], None] = lambda line: None,
) -> Pixels:
    """Return the sheet of photographs, no folders, as RGB uint8 (H, W, 3); see `write_sheet`."""
    scenes = [_scene(photograph) for photograph in photographs] or [Landscape(*PAINTED_PX).at(0.0)]
    originals = _column("", "", scenes)
    painted = [column for entry in entries for column in _columns(entry, scenes, tell)]
    across, rows = _across(len(scenes), len(painted)), list[Pixels]()
    for at in range(0, max(1, len(painted)), across - 1):
        # The originals begin every row: a painting is never far from what it was made of.
        row = [originals, *painted[at : at + across - 1]]
        rows.append(np.hstack(row + [np.full_like(originals, 255)] * (across - len(row))))
    return np.ascontiguousarray(np.vstack(rows))


def _columns(
    entry: Entry, scenes: Sequence[Pixels], tell: Callable[[str], None]
) -> Iterator[Pixels]:
    with open_engine("auto", entry.path) as engine:
        for number, name in enumerate(entry.card.names):
            tell(f"{entry.name}, {name}")
            look = Look.of_style(number, len(entry.card.names)).in_strokes(1.0)
            paintings = [engine.stylize(Frame(scene, 0, 0.0), look).pixels for scene in scenes]
            yield _column(name, entry.name, paintings)


def _across(scenes: int, styles: int) -> int:
    """Return how many pictures per row, the original among them, make the sheet nearly square."""
    across = LEAST_ACROSS
    while _height(scenes, styles, across) > MOST_UPRIGHT * across * CELL_PX[0]:
        across += 1
    return across


def _height(scenes: int, styles: int, across: int) -> int:
    return -(-styles // (across - 1)) * (LABEL_PX + scenes * CELL_PX[1])


def _scene(photograph: Path) -> Pixels:
    return fit(read_image(photograph), PAINTED_PX)


def _column(name: str, bundle: str, pictures: Sequence[Pixels]) -> Pixels:
    """Stack pictures below the names of their style and of its bundle."""
    cells = (letterboxed(picture, CELL_PX, bars=255) for picture in pictures)
    return np.vstack([_label(name, bundle), *cells])


def _label(name: str, bundle: str) -> Pixels:
    """Write a name in black and, to the right, the bundle's in grey, as large as fits."""
    width, height = CELL_PX[0], LABEL_PX
    strip = Image.new("RGB", (width, height), "white")
    draw, size = ImageDraw.Draw(strip), 0.75 * height
    longest = draw.textlength(f"{name}  {bundle}", ImageFont.load_default(size))
    font = ImageFont.load_default(size * min(1.0, (width - 2 * MARGIN_PX) / max(1.0, longest)))
    draw.text((MARGIN_PX, height / 2), name, "black", font, anchor="lm")
    draw.text((width - MARGIN_PX, height / 2), bundle, "gray", font, anchor="rm")
    return np.asarray(strip)
