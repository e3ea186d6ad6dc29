"""The help: a panel over the picture, with keys and what they do in columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from realtime import overlay
from realtime.frame import Frame

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
