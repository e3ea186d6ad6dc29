"""A folder of pictures: one file per frame."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from realtime.errors import BadInputError, SinkError
from realtime.folders import replace_whole
from realtime.frame import Frame, Pixels
from realtime.ports import PlainSink
from realtime.provenance import MARK, add_note
from realtime.sinks import SinkOptions, outputs

QUALITY_95 = {
    ".jpg": (cv2.IMWRITE_JPEG_QUALITY, 95),
    ".jpeg": (cv2.IMWRITE_JPEG_QUALITY, 95),
    ".webp": (cv2.IMWRITE_WEBP_QUALITY, 95),
    ".png": (),
}
"""OpenCV settings, by suffix."""
WRITTEN_SUFFIXES = tuple(QUALITY_95)
"""Kinds of picture that are written."""


class ImagesSink(PlainSink):
    """Writes each frame at once, under the next name.

    Attributes:
        results: The files written so far, each under its final name at once.
    """

    def __init__(self, folder: Path, names: tuple[str, ...], note: str = MARK) -> None:
        self.results: list[Path] = []
        self._folder = folder
        self._names = names
        self._note = note

    def show(self, frame: Frame) -> None:
        """Write one picture, replacing an old one of that name only when it is complete.

        Raises:
            SinkError: the disk is full, or there are more frames than names.
        """
        count = len(self.results)
        if count >= len(self._names):
            raise SinkError(f"got frame {count + 1}, but only {count} names: give one per frame")
        target = self._folder / self._names[count]
        try:
            replace_whole(target, encode(frame.pixels, target.suffix.lower(), self._note))
        except OSError as exc:
            raise outputs.write_error(exc, target, f"after {count} pictures") from exc
        self.results.append(target)
        self.result = target


def encode(pixels: Pixels, suffix: str, note: str = MARK) -> bytes:
    """Encode RGB uint8 (H, W, 3) by the suffix, with the note that marks it as ours."""
    bgr = np.ascontiguousarray(pixels[..., ::-1])
    is_encoded, data = cv2.imencode(suffix, bgr, QUALITY_95[suffix])
    if not is_encoded:
        raise SinkError(f"a picture of {pixels.shape = } could not be encoded as {suffix}")
    return add_note(data.tobytes(), note)


def open_sink(options: SinkOptions) -> ImagesSink:
    """Open a folder for pictures.

    Args:
        options: `path`, the folder, `names`, one file name per frame, and what may be replaced.

    Raises:
        BadInputError: the folder cannot be used, a name is unknown, a path, or given twice, or a
            file of that name may not be replaced.
    """
    if options.path is None:
        raise BadInputError("the images sink needs a folder: give one that exists")
    outputs.check_folder(options.path)
    for name, count in Counter(options.names).items():
        _check_name(name, count)
        target = options.path / name
        outputs.require_free(target, options.inputs, overwrite=options.overwrite)
    return ImagesSink(options.path, options.names, options.note)


def check_picture_name(path: Path) -> None:
    """Make sure that a picture can be written under a name.

    Raises:
        BadInputError: it ends as no kind that is written.
    """
    if path.suffix.lower() not in WRITTEN_SUFFIXES:
        raise BadInputError(
            f"{path.name} cannot be written, expected {', '.join(WRITTEN_SUFFIXES)}"
        )


def _check_name(name: str, count: int) -> None:
    if Path(name).name != name:
        raise BadInputError(f"{name!r} is a path, expected a file name inside the output folder")
    check_picture_name(Path(name))
    if count > 1:
        raise BadInputError(f"{count} pictures would be written to {name}: rename all but one")
