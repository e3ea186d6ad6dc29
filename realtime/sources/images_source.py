"""Source of still pictures: one file, several, or a folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from realtime.errors import BadInputError
from realtime.frame import MIN_SIDE_PX, Frame, Pixels
from realtime.media.picture import Picture, decode_picture, read_picture
from realtime.ports import Closing, Size
from realtime.provenance import is_ours
from realtime.reading import find_photographs, require_file

LOGGER = logging.getLogger(__name__)

ONE_PER_SECOND_FPS = 1.0


class ImagesSource(Closing):
    """Reads pictures one after the other; their sizes may differ.

    Attributes:
        paths: The files, in the order of the frames.
        rate_fps: One picture per second, so that times are indices.
        frame_count: How many files there are.
    """

    live = False
    size = None
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
    return ImagesSource(tuple(path for name in names for path in pictures_in(Path(name))))


def pictures_in(path: Path) -> list[Path]:
    """Return the picture itself, or the pictures of a folder by name.

    Raises:
        BadInputError: it is missing, a pipe or a device, or a folder without pictures.
    """
    if not path.is_dir():
        require_file(path, "a picture")
        return [path]
    return find_photographs(path)


def unpainted_in(path: Path) -> list[Path]:
    """Return the picture itself, or those of a folder by name that pleinair did not paint.

    Raises:
        BadInputError: as `pictures_in`, or there are none but paintings.
    """
    found = pictures_in(path)
    if path.is_dir() and not (found := [one for one in found if not is_ours(one)]):
        raise BadInputError(f"folder {path} holds no picture but paintings of pleinair's")
    return found


def read_image(path: Path) -> Pixels:
    """Read one picture as RGB uint8 (H, W, 3); see `media.picture.read_picture`.

    Raises:
        BadInputError: it is missing, empty, no picture, animated, too large, or under 16x16.
    """
    return _paintable(read_picture(path), path)


def image_of(data: bytes, path: Path) -> Pixels:
    """Decode one picture, whose name is for messages only, as `read_image` does a file's."""
    return _paintable(decode_picture(data, path), path)


def _paintable(picture: Picture, path: Path) -> Pixels:
    height, width = picture.pixels.shape[:2]
    if min(height, width) < MIN_SIDE_PX:
        raise BadInputError(
            f"{path} is {width}x{height} pixels, "
            f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX}: give a larger picture"
        )
    for note in picture.notes:
        LOGGER.warning("%s %s", path, note)
    return picture.pixels
