"""Pictures: one file, several, or a folder of them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from realtime.errors import BadInputError
from realtime.frame import MIN_SIDE_PX, Frame, Pixels
from realtime.sources import Size

LOGGER = logging.getLogger(__name__)

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
ONE_PER_SECOND_FPS = 1.0

JPEG_MAGIC = b"\xff\xd8"
GIF_MAGIC = b"GIF8"


class ImagesSource:
    """Reads pictures one after the other; their sizes may differ.

    Attributes:
        paths: The files, in the order of the frames.
        rate_fps: One picture per second, so that times are indices.
        frame_count: How many files there are.
    """

    live = False
    rate_fps = ONE_PER_SECOND_FPS

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        self.frame_count: int | None = len(paths)

    def __iter__(self) -> Iterator[Frame]:
        """Yield one frame per picture.

        Raises:
            BadInputError: one of them cannot be read.
        """
        for index, path in enumerate(self.paths):
            yield Frame(read_image(path), index, index / self.rate_fps)

    def close(self) -> None:
        """Nothing is held open."""


def open_source(
    address: str, *, size: Size | None = None, rate_fps: float | None = None
) -> ImagesSource:
    """Open pictures.

    Args:
        address: A picture, a folder, or several of them joined by `os.pathsep`.
        size: Ignored: pictures keep their own sizes.
        rate_fps: Ignored.

    Raises:
        BadInputError: a file is missing, or a folder holds no picture.
    """
    del size, rate_fps
    # A colon may also be part of one name.
    names = [address] if Path(address).exists() else address.split(os.pathsep)
    return ImagesSource(tuple(path for name in names for path in _expand(Path(name))))


def _expand(path: Path) -> list[Path]:
    """Return the picture itself, or the pictures of a folder by name."""
    if not path.exists():
        raise BadInputError(f"there is no picture {path}: check the name and the folder")
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and _is_visible(p))
    if not found:
        raise BadInputError(f"folder {path} holds no picture, expected {', '.join(SUFFIXES)} files")
    return found


def _is_visible(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def read_image(path: Path) -> Pixels:
    """Read one picture as RGB uint8 (H, W, 3), turned upright as its EXIF data says.

    Grey becomes RGB, 16 bit become 8, transparency is laid over white. (A picture with both
    transparency and EXIF rotation stays unrotated.)

    Raises:
        BadInputError: it is missing, empty, no picture, animated, or smaller than 16x16.
    """
    data = _read_bytes(path)
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    if pixels is None:
        raise BadInputError(f"{path} is damaged or not a picture: give {', '.join(SUFFIXES)}")
    layered = _with_alpha(data)
    bgr = _to_8_bit(pixels, path) if layered is None else _over_white(_to_8_bit(layered, path))
    if layered is not None:
        LOGGER.warning("%s is transparent in places: laid over white", path)
    if min(bgr.shape[:2]) < MIN_SIDE_PX:
        raise BadInputError(
            f"{path} is {bgr.shape[1]}x{bgr.shape[0]} pixels, "
            f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX}: give a larger picture"
        )
    return np.ascontiguousarray(bgr[..., ::-1])


def _read_bytes(path: Path) -> Pixels:
    try:
        data = np.fromfile(path, np.uint8)  # unlike cv2.imread this takes any name
    except FileNotFoundError as exc:
        raise BadInputError(f"there is no picture {path}: check the name and the folder") from exc
    except OSError as exc:
        raise BadInputError(f"{path} cannot be read: {exc.strerror}") from exc
    if not data.size:
        raise BadInputError(f"{path} is empty (0 bytes): download or copy it again")
    if data[:4].tobytes() == GIF_MAGIC:
        raise BadInputError(f"{path} is a GIF, expected a still picture: use `pleinair video`")
    return data


def _with_alpha(data: Pixels) -> npt.NDArray[Any] | None:
    """Return the picture as BGRA when parts of it are transparent."""
    if data[:2].tobytes() == JPEG_MAGIC:
        return None
    pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4:
        return None
    is_opaque = pixels[..., 3].min() == (255 if pixels.dtype == np.uint8 else 65_535)
    return None if is_opaque else pixels


def _to_8_bit(pixels: npt.NDArray[Any], path: Path) -> Pixels:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    raise BadInputError(f"{path} holds {pixels.dtype}, expected 8 or 16 bit: save it as PNG")


def _over_white(bgra: Pixels) -> Pixels:
    alpha = bgra[..., 3:].astype(np.uint16)
    over = bgra[..., :3] * alpha + 255 * (255 - alpha)
    return ((over + 127) // 255).astype(np.uint8)
