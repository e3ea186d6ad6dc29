"""Camera for measurements: a pre-rendered loop at a fixed rate, with a time code in the picture.

The landscape is drawn beforehand and played in a loop, so that drawing takes nothing away from
what is measured; decoding what a real camera sends is therefore not in the figures.

The time code is black and white blocks that a painting does not lose: `stamp` writes the time over
the top of a frame, where the network paints it like everything else; `read_code` finds it in the
painting. Each of the 22 cells is two blocks, one above the other, of which one is black and one
white: which is which is the bit. The first two cells are known, so the reader learns from them what
this style makes of either. It looks at how colours change from row to row down a cell: networks
that take light out of flat areas still paint their edges. The last four bits check the others: what
cannot be read for certain is reported as lost, not guessed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from realtime.clockwork import Clock, monotonic
from realtime.frame import Frame, Pixels
from realtime.ports import Closing, Size, Source
from realtime.sources.landscape import Landscape

LOOP_BYTES = 100_000_000
LOOP_FRAMES = 60
TIME_BITS = 16
CHECK_BITS = 4
KNOWN = (1, 0)
"""What the first cells hold."""
CELLS = len(KNOWN) + TIME_BITS + CHECK_BITS
TICK_SECONDS = 0.00025
PERIOD_SECONDS = TICK_SECONDS * 2**TIME_BITS
"""About 16 s: longer latencies are taken for shorter ones."""
SMALLEST_CELL_PX = 8


class LoopCamera(Closing):
    """Gives pictures in a loop at a rate; a picture that nobody was there for is skipped."""

    live = True
    frame_count = None

    def __init__(self, pictures: Sequence[Pixels], rate_fps: float) -> None:
        self._pictures, self.rate_fps = pictures, rate_fps
        self.size: Size = pictures[0].shape[1], pictures[0].shape[0]
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        """Yield each picture when it is due."""
        start, index = monotonic(), 0
        while not self._closed.wait(max(start + index / self.rate_fps - monotonic(), 0)):
            yield Frame(self._pictures[index % len(self._pictures)], index, index / self.rate_fps)
            index = max(index + 1, math.floor((monotonic() - start) * self.rate_fps))

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()


class StampedSource(Closing):
    """A source whose frames show the time at which it gave them."""

    def __init__(self, source: Source, clock: Clock = monotonic) -> None:
        self._source, self._clock = source, clock
        self.live, self.rate_fps = source.live, source.rate_fps
        self.frame_count, self.size = source.frame_count, source.size

    def __iter__(self) -> Iterator[Frame]:
        """Yield the source's frames, stamped; those that are too small for a code as they are."""
        for frame in self._source:
            yield stamp(frame, self._clock()) if fits(frame.width, frame.height) else frame

    def close(self) -> None:
        """Close the source inside."""
        self._source.close()


def landscape_camera(size: Size, rate_fps: float) -> LoopCamera:
    """Return a camera before the landscape."""
    scene = Landscape(*size)
    count = max(2, min(LOOP_FRAMES, LOOP_BYTES // (3 * size[0] * size[1])))
    pictures = [scene.at(i / 30) for i in range((count + 1) // 2)]
    return LoopCamera([*pictures, *pictures[::-1]], rate_fps)


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


def read_code(pixels: Pixels) -> float | None:
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
    written = read_code(pixels)
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
