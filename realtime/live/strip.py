"""Small pictures of all styles along the lower edge, one of which is chosen by a click. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from realtime import overlay
from realtime.frame import Frame, Pixels
from realtime.resize import letterboxed
from realtime.settings import Size

CELL_PX = 100
"""How wide a small picture is at least, where there is room for it."""
MOST_OF_HEIGHT = 0.5
"""How much of the picture the strip covers at most."""
LABEL_MARGIN_PX = 4
LABEL_WIDTHS_PX = 240
"""A small picture of this width has a label at scale 1."""
BORDER_PX = 3


@dataclass(frozen=True)
class Strip:
    """Where the small pictures lie, all in pixels."""

    count: int
    columns: int
    cell: Size
    left: int
    top: int

    @classmethod
    def on(cls, canvas: Size, picture: Size, count: int) -> Strip:
        """Lay out `count` pictures of the shape of `picture`, in as few rows as are legible."""
        best = cls(count, 0, (0, 0), 0, 0)
        for rows in range(1, count + 1):
            columns = -(-count // rows)
            width, height = canvas[0] // columns, int(canvas[1] * MOST_OF_HEIGHT / rows)
            height = min(height, round(width * picture[1] / picture[0]))
            width = min(width, round(height * picture[0] / picture[1]))
            if width > best.cell[0]:
                left = (canvas[0] - width * columns) // 2
                best = cls(count, columns, (width, height), left, canvas[1] - rows * height)
            if width >= CELL_PX:
                break
        return best

    def place(self, index: int) -> tuple[int, int]:
        """Return the upper left corner of a style's picture, (x, y)."""
        row, column = divmod(index, self.columns)
        return self.left + column * self.cell[0], self.top + row * self.cell[1]

    def style_at(self, x: float, y: float) -> int | None:
        """Return the style whose picture is at (x, y), or None."""
        column, row = int((x - self.left) // self.cell[0]), int((y - self.top) // self.cell[1])
        index = row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0 and index < self.count
        return index if inside else None


def with_strip(
    frame: Frame, strip: Strip, previews: Sequence[Pixels | None], names: Sequence[str], chosen: int
) -> Frame:
    """Draw the strip over a frame of the size of the canvas.

    Args:
        frame: What is shown.
        strip: Its layout on this canvas.
        previews: A picture of every style, RGB uint8 (H, W, 3); None where there is none yet.
        names: What is written over each.
        chosen: The style with a border.
    """
    pixels = np.array(frame.pixels)
    width, height = strip.cell
    for index, (preview, name) in enumerate(zip(previews, names, strict=True)):
        left, top = strip.place(index)
        cell = pixels[top : top + height, left : left + width]
        if preview is None:
            overlay.shade(cell)
        else:
            cell[:] = letterboxed(preview, strip.cell)
        _label(cell, name)
        if index == chosen:
            border = (255, 255, 255)
            ends = (BORDER_PX, BORDER_PX), (width - 1 - BORDER_PX, height - 1 - BORDER_PX)
            cv2.rectangle(cell, *ends, border, BORDER_PX)
    return frame.with_pixels(pixels)


def _label(cell: Pixels, name: str) -> None:
    room = cell.shape[1] - 2 * LABEL_MARGIN_PX
    scale = min(cell.shape[1] / LABEL_WIDTHS_PX, room / max(1, overlay.text_width(name)))
    line = round(overlay.LINE_PX * scale)
    overlay.shade(cell[-line:])
    overlay.write(cell, name, (LABEL_MARGIN_PX, cell.shape[0] - line // 3), scale)
