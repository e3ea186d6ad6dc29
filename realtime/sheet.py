"""A contact sheet: photographs down, styles across, the originals first.

Of a single photograph the styles run on over several rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from realtime.engines import open_engine
from realtime.errors import BadInputError
from realtime.folders import write_whole
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.library import Entry
from realtime.resize import fit
from realtime.sinks import outputs
from realtime.sinks.images_sink import encode
from realtime.sources import open_source
from realtime.sources.landscape import Landscape

CELL_PX = (320, 240)
PAINTED_PX = (640, 480)
"""Pictures are painted at this size and then reduced: strokes look as they do in a window."""
LABEL_PX = 26
ACROSS = 5
"""Pictures per row, where there is one photograph."""
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


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
        photographs: The scenes; none means the landscape.
        tell: Told what is being painted.
        overwrite: Replace a file that pleinair did not write.

    Raises:
        BadInputError: a photograph cannot be read, or the sheet cannot or may not be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise BadInputError(f"{path.name} is no picture's name: expected {', '.join(ENDINGS)}")
    outputs.require_free(path, photographs, overwrite=overwrite)
    write_whole(path, encode(contact_sheet(entries, photographs, tell), path.suffix.lower()))


def contact_sheet(
    entries: Sequence[Entry],
    photographs: Sequence[Path],
    tell: Callable[[str], None] = lambda line: None,
) -> Pixels:
    """Return the sheet as RGB uint8 (H, W, 3); see `write_sheet`."""
    scenes = [_scene(photograph) for photograph in photographs] or [Landscape(*PAINTED_PX).at(0.0)]
    columns = [[_labelled("")] + [_cell(scene) for scene in scenes]]
    for entry in entries:
        with open_engine("auto", entry.path) as engine:
            for number, name in enumerate(entry.card.names):
                tell(f"{entry.name}, {name}")
                look = Look.of_style(number, len(entry.card.names)).in_strokes(1.0)
                paintings = [engine.stylize(Frame(scene, 0, 0.0), look).pixels for scene in scenes]
                columns.append([_labelled(name)] + [_cell(painting) for painting in paintings])
    strips = [np.vstack(column) for column in columns]
    across = len(strips) if len(scenes) > 1 else ACROSS
    strips += [np.full_like(strips[0], 255)] * (-len(strips) % across)
    rows = [np.hstack(strips[at : at + across]) for at in range(0, len(strips), across)]
    return np.ascontiguousarray(np.vstack(rows))


def _scene(photograph: Path) -> Pixels:
    with open_source(f"images:{photograph}") as source:
        return fit(next(iter(source)).pixels, PAINTED_PX)


def _cell(pixels: Pixels) -> Pixels:
    """Centre a picture in a cell."""
    cell = np.full((CELL_PX[1], CELL_PX[0], 3), 255, np.uint8)
    small = fit(pixels, CELL_PX)
    top, left = (CELL_PX[1] - small.shape[0]) // 2, (CELL_PX[0] - small.shape[1]) // 2
    cell[top : top + small.shape[0], left : left + small.shape[1]] = small
    return cell


def _labelled(name: str) -> Pixels:
    label = np.full((LABEL_PX, CELL_PX[0], 3), 255, np.uint8)
    cv2.putText(
        label, name, (6, LABEL_PX - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1, cv2.LINE_AA
    )
    return label
