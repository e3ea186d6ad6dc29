"""Drawing of the live window: views, overlay text, help, style strip.

Pure: every function returns a new frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

import cv2
import numpy as np

from realtime import overlay
from realtime.clockwork import Latency
from realtime.frame import Frame, Pixels
from realtime.live.controls import View
from realtime.live.quality_controller import Level, QualityController
from realtime.look import Look
from realtime.pipeline import Report
from realtime.ports import Mouse, Size, Style
from realtime.resize import fit, fitted, in_size, letterboxed


def arrange(before: Frame, after: Frame, view: View, divider: float, canvas: Size) -> Frame:
    """Lay original and painting out on a canvas, letterboxed in black.

    Args:
        before: The original.
        after: Its painting, of the same size.
        view: The painting alone; both, each whole, side by side; or split.
        divider: Where the split view is split, in widths of the picture.
        canvas: Width and height in pixels.
    """
    if view == "beside":
        left = canvas[0] // 2, canvas[1]
        right = canvas[0] - left[0], canvas[1]
        halves = [letterboxed(before.pixels, left), letterboxed(after.pixels, right)]
        return replace(after, pixels=np.ascontiguousarray(np.hstack(halves)))
    if view == "split":
        before, after = (
            replace(frame, pixels=fit(frame.pixels, canvas)) for frame in (before, after)
        )
        after = overlay.split(before, after, divider)
    return in_size(after, canvas)


def in_picture(event: Mouse, picture: Size, canvas: Size) -> Mouse:
    """Return a mouse event with its place in the picture instead of on the canvas.

    Left of the picture x is below 0, right of it above 1; y likewise.
    """
    width, height = fitted(picture, canvas)
    left, top = (canvas[0] - width) // 2, (canvas[1] - height) // 2
    x, y = event.x * canvas[0] - left, event.y * canvas[1] - top
    return replace(event, x=x / width, y=y / height)


RECENT_FRAMES = 90
"""Frames that the latency is taken over."""
NOTE_COLUMNS = 60
"""Longer lines would not fit into a window of 640 pixels."""


def overlay_lines(
    look: Look, names: Sequence[str], level: Level | None, report: Report, engine: str
) -> list[str]:
    """Return the lines of the overlay: what is painted, how fast, on what."""
    latency = Latency.of(report.latencies_seconds.newest(RECENT_FRAMES))
    mix = [f"{names[i]} {w:.0%}" for i, w in enumerate(look.style_weights) if w]
    what = names[look.main_style] if len(mix) == 1 else " + ".join(mix)
    if look.strength != 1.0:
        what += f"   strength {look.strength:.0%}"
    if level is not None:
        what += f"   {describe_level(level)}"
    if look.lines is None:
        what += "   native strokes"
    if look.stroke != 1.0:
        what += f"   strokes {look.stroke:.2g}"
    dropped = f"   {dropped_share(report):.0%} dropped" if report.dropped else ""
    return [
        f"{what}   {report.rate_fps:.0f} fps{dropped}",
        f"{latency.p50_ms:.0f} ms, p95 {latency.p95_ms:.0f} ms   h: help",
        engine,
    ]


def note_lines(look: Look, styles: Sequence[Style]) -> list[str]:
    """Return the notes on the styles that are shown, wrapped for a small window."""
    notes = [one.note for one, weight in zip(styles, look.style_weights, strict=True) if weight]
    return [
        part
        for line in "\n".join(notes).splitlines()
        for part in wrap(line, NOTE_COLUMNS, break_long_words=False, break_on_hyphens=False)
    ]


def shortfall(controller: QualityController) -> str:
    """Describe the targets that the lowest level misses; empty: none."""
    if not controller.missed:
        return ""
    least = describe_level(controller.level)
    return f"cannot hold {' and '.join(controller.missed)} here, {least}: less would lose the edges"


def dropped_share(report: Report) -> float:
    """Return the share of the source's frames that was dropped, 0 to 1."""
    return report.dropped / max(1, report.frames + report.dropped)


def describe_level(level: Level) -> str:
    """Describe a level in words."""
    size = "in full detail" if level.detail == 1.0 else f"at {level.detail:.0%} of the detail"
    light_network = ", by the lighter network" if level.light_network else ""
    return f"{size}{light_network}{', a core left to others' if level.reserve_core else ''}"


Column = Sequence[tuple[str, str]]
"""Keys and what they do, one pair per line."""
KEY_GAP, COLUMN_GAP, MARGIN = 20, 48, 28
"""In pixels of text at scale 1."""
SHARE = 0.96
"""How much of the picture the panel covers at most, in width and in height."""


def help_columns(keys: Column, styles: Sequence[str]) -> list[Column]:
    """Lay out the help: the keys in two columns, and the styles behind the digits in a third."""
    half = (len(keys) + 1) // 2
    digits = [f"{(i + 1) % 10}" if i < 10 else "" for i in range(len(styles))]
    return [keys[:half], keys[half:], list(zip(digits, styles, strict=True))]


def with_panel(frame: Frame, columns: Sequence[Column]) -> Frame:
    """Draw the columns side by side on a shade in the middle, as large as fits."""
    key_widths = [max(overlay.text_width(key) for key, _ in column) for column in columns]
    widths = [
        keys + KEY_GAP + max(overlay.text_width(words) for _, words in column)
        for keys, column in zip(key_widths, columns, strict=True)
    ]
    rows = max(map(len, columns))
    natural = (
        sum(widths) + COLUMN_GAP * (len(columns) - 1) + 2 * MARGIN,
        overlay.LINE_PX * rows + 2 * MARGIN,
    )
    most = SHARE * frame.width / natural[0], SHARE * frame.height / natural[1]
    scale = min(overlay.text_scale(frame.width, frame.height), *most)
    width, height = round(natural[0] * scale), round(natural[1] * scale)
    left, top = (frame.width - width) // 2, (frame.height - height) // 2
    pixels = np.array(frame.pixels)
    overlay.shade(pixels[top : top + height, left : left + width])
    at = left + MARGIN * scale
    for column, key_width, column_width in zip(columns, key_widths, widths, strict=True):
        for row, (key, words) in enumerate(column):
            y = round(top + (MARGIN + overlay.LINE_PX * (row + 0.75)) * scale)
            overlay.write(pixels, key, (round(at), y), scale)
            overlay.write(pixels, words, (round(at + (key_width + KEY_GAP) * scale), y), scale)
        at += (column_width + COLUMN_GAP) * scale
    return frame.with_pixels(pixels)


CELL_PX = 100
"""Least width of a small picture, where there is room for it."""
MOST_OF_HEIGHT = 0.5
"""How much of the picture the strip covers at most."""
LABEL_MARGIN_PX = 4
LABEL_WIDTHS_PX = 240
"""A small picture of this width has a label at scale 1."""
BORDER_PX = 3


@dataclass(frozen=True)
class Strip:
    """Layout of the style previews along the lower edge, in pixels."""

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
