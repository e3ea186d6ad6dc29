"""Photographs to paint and paintings to learn from.

Picture i of step t is a pure function of (seed, t, i): which photograph, which crop, which flip. So
a resumed run sees exactly what an uninterrupted one would have seen, whatever the number of
decoding threads or processes, and no loader state is saved.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from realtime import reading
from realtime.engines.enlarge import resized
from realtime.errors import BadInputError
from realtime.frame import Pixels
from realtime.media.picture import read_picture
from train.crops import middle, scaled_sides, square_of_scaled

LOGGER = logging.getLogger(__name__)
MOST_PIXELS = 2**26
"""8192 x 8192, 200 MB decoded: several are, at once."""
SCALES = (0.75, 1.5)
"""Range of random enlargement of the photographs: webcams show things larger than photographs."""
SMALLEST_PHOTOGRAPH_PX = 16
SMALLEST_PAINTING_PX = 64
LONGEST_SIDE_RATIO = 4
"""Of longer paintings the middle is taken: their Gram matrices would cost without end."""
AHEAD = 3
"""Batches decoded in advance."""


def read_rgb(path: Path, *, quietly: bool = False) -> Pixels:
    """Read an image file as (H, W, 3) RGB uint8, upright and in sRGB.

    Args:
        path: JPEGs of more than `MOST_PIXELS` are decoded at a half, a quarter or an eighth of
            their size.
        quietly: Do not log what a user should know about the file: it is read again and again.

    Raises:
        BadInputError: it cannot be decoded, or has more pixels.
    """
    picture = read_picture(path, most_pixels=MOST_PIXELS, may_shrink=True)
    for note in () if quietly else picture.notes:
        LOGGER.warning("%s %s", path, note)
    return picture.pixels


def as_tensor(picture: Pixels) -> Tensor:
    """(H, W, 3) uint8 -> (1, 3, H, W) float in [0, 255]."""
    writable = np.require(picture, requirements="W")  # from_numpy warns of read-only memory
    return _as_bytes(writable).float()


def _as_bytes(picture: Pixels) -> Tensor:
    """(H, W, 3) -> (1, 3, H, W), uint8."""
    return torch.from_numpy(picture).permute(2, 0, 1).unsqueeze(0)


def load_painting(
    path: Path, short_side_px: int, *, square: bool = False, quietly: bool = False
) -> Tensor:
    """Load a painting as (1, 3, H, W) in [0, 255] with the given shorter side.

    Args:
        path: Any still picture that `pleinair image` reads; grey ones become RGB.
        short_side_px: Of the result; the aspect is kept.
        square: Take the centre square, as the article does. Otherwise only of paintings more than
            four times as long as wide is the middle taken.
        quietly: As for `read_rgb`.

    Raises:
        BadInputError: not an image, or too small to learn from.
    """
    picture = read_rgb(path, quietly=quietly)
    short = min(picture.shape[:2])
    if short < SMALLEST_PAINTING_PX:
        raise BadInputError(
            f"{path} has {picture.shape[1]}x{picture.shape[0]} pixels: a painting needs at least "
            f"{SMALLEST_PAINTING_PX} on its shorter side, better {short_side_px}, to show strokes"
        )
    longest = short if square else LONGEST_SIDE_RATIO * short
    picture = middle(picture, longest)
    return as_tensor(resized(picture, scaled_sides(picture, short_side_px / short)[::-1]))


class Photographs:
    """A folder of photographs, served as square crops.

    Args:
        folder: Searched with all its subfolders.
        crop_px: Side of the crops; smaller photographs are enlarged to it.
        batch: Pictures per step.
        seed: Of every random choice.
        augment: True: any photograph, scale, place and way round. False: cover-resize and centre
            crop, every photograph once per epoch in random order, as in the article (reader.py).

    Raises:
        BadInputError: no such folder, or no images in it.
    """

    def __init__(
        self, folder: Path, *, crop_px: int, batch: int, seed: int, augment: bool = True
    ) -> None:
        self.paths = find_photographs(folder)
        self.crop_px, self.batch, self.seed, self.augment = crop_px, batch, seed, augment
        self.skipped: set[Path] = set()

    def batch_at(self, step: int, rows: slice = slice(None)) -> Tensor:
        """Return the (batch, 3, crop, crop) tensor in [0, 255] that belongs to `step`.

        Args:
            step: From 0.
            rows: Which pictures of the batch; all by default.
        """
        return self.bytes_at(step, rows).float()

    def bytes_at(self, step: int, rows: slice = slice(None)) -> Tensor:
        """Return the same as uint8."""
        return torch.cat([self._picture(step, i) for i in range(self.batch)[rows]])

    def batches(
        self,
        start: int,
        stop: int,
        *,
        rows: slice = slice(None),
        workers: int = 2,
        processes: bool = False,
    ) -> Iterator[tuple[int, Tensor]]:
        """Yield (step, uint8 batch) from `start` to `stop`, decoded ahead by `workers`.

        Args:
            start: The first step.
            stop: The step after the last.
            rows: Which pictures of each batch.
            workers: Threads, or processes.
            processes: True: where a GPU waits for a thousand pictures a second, threads would keep
                Python's one lock from the thread that launches its kernels.
        """
        return (self._by_processes if processes else self._by_threads)(start, stop, rows, workers)

    def _by_processes(
        self, start: int, stop: int, rows: slice, workers: int
    ) -> Iterator[tuple[int, Tensor]]:
        loader = DataLoader(
            _Steps(self, range(start, stop), rows), batch_size=None, num_workers=workers,
            prefetch_factor=AHEAD, pin_memory=torch.cuda.is_available(),
        )  # fmt: skip
        for step, batch, skipped in loader:
            self.skipped |= set(skipped)
            yield step, batch

    def _by_threads(
        self, start: int, stop: int, rows: slice, workers: int
    ) -> Iterator[tuple[int, Tensor]]:
        pool = ThreadPoolExecutor(workers, thread_name_prefix="photographs")
        try:
            waiting: deque[list[Future[Tensor]]] = deque()
            numbers = range(self.batch)[rows]
            for step in range(start, stop + AHEAD):
                if step < stop:
                    waiting.append([pool.submit(self._picture, step, i) for i in numbers])
                if step >= start + AHEAD:
                    pictures = waiting.popleft()
                    yield step - AHEAD, torch.cat([picture.result() for picture in pictures])
        finally:
            pool.shutdown(cancel_futures=True)

    def _picture(self, step: int, number: int) -> Tensor:
        if self.augment:
            return self._random_crop(np.random.default_rng((self.seed, step, number)))
        epoch, place = divmod(step * self.batch + number, len(self.paths))
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.paths))
        picture = self._read_or_next(int(order[place]))
        sides = scaled_sides(picture, self.crop_px / min(picture.shape[:2]), self.crop_px)
        top, left = ((side - self.crop_px) // 2 for side in sides)
        picture = square_of_scaled(picture, sides, (top, left), self.crop_px)
        return _as_bytes(np.ascontiguousarray(picture))

    def _random_crop(self, rng: np.random.Generator) -> Tensor:
        picture = self._read_or_next(int(rng.integers(len(self.paths))))
        scale = max(rng.uniform(*SCALES), self.crop_px / min(picture.shape[:2]))
        sides = scaled_sides(picture, scale, self.crop_px)
        top, left = (int(rng.integers(0, side - self.crop_px + 1)) for side in sides)
        picture = square_of_scaled(picture, sides, (top, left), self.crop_px)
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
        return _as_bytes(np.ascontiguousarray(picture))

    def _read_or_next(self, index: int) -> Pixels:
        """Read a photograph; in place of one that cannot be used, the next that can."""
        for offset in range(len(self.paths)):
            path = self.paths[(index + offset) % len(self.paths)]
            try:
                return _photograph(path)
            except BadInputError as exc:
                if path not in self.skipped:
                    self.skipped.add(path)
                    LOGGER.warning("skipping a photograph: %s", exc)
        raise BadInputError(f"none of the {len(self.paths)} photographs could be used")


class _Steps(Dataset[tuple[int, Tensor, list[Path]]]):
    """The batches of some steps, one by one, for PyTorch's loader processes."""

    def __init__(self, photographs: Photographs, steps: Sequence[int], rows: slice) -> None:
        self.photographs, self.steps, self.rows = photographs, steps, rows

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, number: int) -> tuple[int, Tensor, list[Path]]:
        if number >= len(self.steps):
            raise IndexError(number)
        step = self.steps[number]
        batch = self.photographs.bytes_at(step, self.rows)
        return step, batch, list(self.photographs.skipped)


def _photograph(path: Path) -> Pixels:
    picture = read_rgb(path, quietly=True)
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST_PHOTOGRAPH_PX:
        raise BadInputError(
            f"{path} is {width}x{height} pixels, expected at least {SMALLEST_PHOTOGRAPH_PX} on the "
            "shorter side"
        )
    return picture


def find_photographs(folder: Path) -> list[Path]:
    """List the pictures of a folder and its subfolders; see `reading.find_photographs`."""
    return reading.find_photographs(folder, nested=True)
