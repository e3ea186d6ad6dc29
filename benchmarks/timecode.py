"""A time code that a camera sees and a painting does not lose: black and white blocks.

`stamp` writes the time over the top of a frame, where the network paints it like everything else;
`read` finds it in the painting. Each of the 22 cells is two blocks, one above the other, of which
one is black and one white: which is which is the bit. The first two cells are known, so the reader
learns from them what this style makes of either. It looks at how colours change from row to row
down a cell: networks that take light out of flat areas still paint their edges. The last four bits
check the others: what cannot be read for certain is reported as lost, not guessed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realtime.frame import Frame, Pixels

TIME_BITS = 16
CHECK_BITS = 4
KNOWN = (1, 0)
"""What the first cells hold."""
CELLS = len(KNOWN) + TIME_BITS + CHECK_BITS
TICK_SECONDS = 0.00025
PERIOD_SECONDS = TICK_SECONDS * 2**TIME_BITS
"""About 16 s: longer latencies are taken for shorter ones."""
SMALLEST_CELL_PX = 8


def stamp(frame: Frame, seconds: float) -> Frame:
    """Return the frame with a time written over its top.

    Raises:
        ValueError: it is too small to hold one; see `fits`.
    """
    if not fits(frame.width, frame.height):
        raise ValueError(f"no time code fits into {frame.width}x{frame.height} pixels")
    pixels = frame.pixels.copy()
    side = frame.width // CELLS
    ticks = round(seconds / TICK_SECONDS) % 2**TIME_BITS
    bits = [*KNOWN, *_bits(ticks, TIME_BITS), *_bits(_check(ticks), CHECK_BITS)]
    for cell, bit in enumerate(bits):
        columns = slice(cell * side, (cell + 1) * side)
        pixels[:side, columns] = 255 * bit
        pixels[side : 2 * side, columns] = 255 * (1 - bit)
    return frame.with_pixels(pixels)


def read(pixels: Pixels) -> float | None:
    """Return the time in seconds, modulo the period, from a painted frame; None: unreadable."""
    side = pixels.shape[1] // CELLS
    edge = side // 4  # brush strokes cross the borders of cells
    cells = pixels[: 2 * side, : CELLS * side].reshape(2 * side, CELLS, side, 3)
    rows = cells[:, :, edge : side - edge].mean(2, dtype=np.float64)  # (2 * side, CELLS, 3)
    steps = np.diff(rows, axis=0).transpose(1, 0, 2).reshape(CELLS, -1)
    bits = _told_apart(steps)[len(KNOWN) :]
    ticks = _number(bits[:TIME_BITS])
    if _number(bits[TIME_BITS:]) != _check(ticks):
        return None
    return ticks * TICK_SECONDS


def _told_apart(cells: npt.NDArray[np.float64]) -> npt.NDArray[np.int_]:
    """Return the bit of each cell, (CELLS, features): the kind it is nearer to, a 1 or a 0.

    At first the kinds are the two cells that are known, then the means of all that were like them.
    """
    bits = np.array([*KNOWN, *[-1] * (len(cells) - len(KNOWN))])
    for _ in range(3):
        one, zero = (cells[bits == bit].mean(0) for bit in (1, 0))
        nearer = (cells - (one + zero) / 2) @ (one - zero) > 0
        bits = np.array([*KNOWN, *nearer[len(KNOWN) :].astype(int)])
    return bits


def age_seconds(pixels: Pixels, now: float) -> float | None:
    """Return how long ago the code in a painted frame was written; None: unreadable."""
    written = read(pixels)
    return None if written is None else (now - written) % PERIOD_SECONDS


def fits(width: int, height: int) -> bool:
    """Whether blocks are large enough to be painted, and leave most of the picture alone."""
    side = width // CELLS
    return side >= SMALLEST_CELL_PX and 4 * side <= height


def _bits(number: int, count: int) -> list[int]:
    return [number >> i & 1 for i in reversed(range(count))]


def _number(bits: npt.NDArray[np.int_]) -> int:
    return int("".join(map(str, bits)), 2)


def _check(ticks: int) -> int:
    """Fold a number to four bits, unlike zero for zero: a blank strip is no time."""
    return (ticks ^ ticks >> 4 ^ ticks >> 8 ^ ticks >> 12 ^ 0b1010) & 0b1111
