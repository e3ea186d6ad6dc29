"""Photographs to paint and paintings to learn from.

The batch of step t is a pure function of (seed, t): which pictures, which crops, which flips. So a
resumed run sees exactly what an uninterrupted one would have seen, and no loader state is saved.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from realtime.errors import BadInputError

LOGGER = logging.getLogger(__name__)
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
SCALES = (0.75, 1.5)
"""Range of random enlargement of the photographs: webcams show things larger than photographs."""

Picture = npt.NDArray[np.uint8]


def read_rgb(path: Path) -> Picture:
    """Read an image file as (H, W, 3) RGB uint8; raises BadInputError when it cannot be decoded."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as exc:
        raise BadInputError(f"cannot read {path}: {exc.strerror}") from exc
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if decoded is None:
        raise BadInputError(f"{path} is not an image that can be decoded (or it is damaged)")
    return np.ascontiguousarray(decoded[:, :, ::-1])


def as_tensor(picture: Picture) -> Tensor:
    """(H, W, 3) uint8 -> (1, 3, H, W) float in [0, 255]."""
    return torch.from_numpy(picture).permute(2, 0, 1).unsqueeze(0).float()


def load_painting(path: Path, short_side_px: int) -> Tensor:
    """Load a painting as (1, 3, H, W) in [0, 255] with the given shorter side, aspect kept."""
    picture = read_rgb(path)
    scale = short_side_px / min(picture.shape[:2])
    return as_tensor(_resize(picture, scale))


class Photographs:
    """A folder of photographs, served as random square crops."""

    def __init__(self, folder: Path, *, crop_px: int, batch: int, seed: int) -> None:
        if not folder.is_dir():
            raise BadInputError(f"no folder of photographs at {folder}")
        self.paths = sorted(
            path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES
        )
        if not self.paths:
            raise BadInputError(
                f"no photographs in {folder}: expected files ending in "
                f"{', '.join(sorted(IMAGE_SUFFIXES))}"
            )
        self.crop_px, self.batch, self.seed = crop_px, batch, seed
        self.skipped: set[Path] = set()

    def batch_at(self, step: int) -> Tensor:
        """Return the (batch, 3, crop, crop) tensor in [0, 255] that belongs to `step`."""
        rng = np.random.default_rng((self.seed, step))
        return torch.cat([self._crop(rng) for _ in range(self.batch)])

    def batches(self, start: int, stop: int) -> Iterator[tuple[int, Tensor]]:
        """Yield (step, batch) from `start` to `stop`, decoded ahead in a background thread."""
        with ThreadPoolExecutor(1, thread_name_prefix="photographs") as worker:
            ahead = worker.submit(self.batch_at, start)
            for step in range(start, stop):
                batch = ahead.result()
                if step + 1 < stop:
                    ahead = worker.submit(self.batch_at, step + 1)
                yield step, batch

    def _crop(self, rng: np.random.Generator) -> Tensor:
        picture = self._any_picture(rng)
        scale = max(rng.uniform(*SCALES), self.crop_px / min(picture.shape[:2]))
        picture = _resize(picture, scale, at_least=self.crop_px)
        top, left = (int(rng.integers(0, side - self.crop_px + 1)) for side in picture.shape[:2])
        picture = picture[top : top + self.crop_px, left : left + self.crop_px]
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
        return as_tensor(np.ascontiguousarray(picture))

    def _any_picture(self, rng: np.random.Generator) -> Picture:
        while len(self.skipped) < len(self.paths):
            path = self.paths[int(rng.integers(len(self.paths)))]
            try:
                return read_rgb(path)
            except BadInputError as exc:
                if path not in self.skipped:
                    LOGGER.warning("skipping a photograph: %s", exc)
                    self.skipped.add(path)
        raise BadInputError(f"none of the {len(self.paths)} photographs could be decoded")


def _resize(picture: Picture, scale: float, at_least: int = 1) -> Picture:
    height, width = (max(at_least, round(side * scale)) for side in picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=how).astype(np.uint8, copy=False)
