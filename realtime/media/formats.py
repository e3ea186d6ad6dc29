"""Picture formats that are read, and which of their files are animated."""

from __future__ import annotations

import importlib
import logging
import warnings
from pathlib import Path

from PIL import Image

from realtime.errors import BadInputError
from realtime.reading import HEAD_BYTES, file_kind, read_file

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "JPEG2000", "PPM")
"""Known by content, in Pillow's names."""
for _plugin in ("Jpeg", "Png", "WebP", "Bmp", "Tiff", "Gif", "Avif", "Jpeg2K", "Ppm"):
    # Now, because Pillow's own search for readers is not made for threads.
    importlib.import_module(f"PIL.{_plugin}ImagePlugin")
ANIMATED = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
"""Where several pictures are frames; in TIFF they are pages, in MPO other views."""
ANIMATED_KINDS = frozenset({"a GIF picture", "a PNG picture", "a WebP picture", "an AVIF picture"})
KINDS = ANIMATED_KINDS | {
    "a JPEG picture", "a BMP picture", "a TIFF picture", "a JPEG 2000 picture", "a PNM picture",
}  # fmt: skip
"""The formats in the words of `reading.file_kind`."""
NOT_OF_FFMPEG = frozenset({"a WebP picture", "an AVIF picture"})
ADVICE = (
    "FFmpeg cannot read films of this kind; save it as GIF, APNG or MP4, and paint that with "
    "pleinair video"
)
MOTION_JPEG = frozenset({".mjpg", ".mjpeg"})
"""Films that are one JPEG after the other."""

# `picture.py` has a limit of its own, and what Pillow warns of is either refused or of no matter.
Image.MAX_IMAGE_PIXELS = None
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.CRITICAL)


def is_animated(path: Path) -> bool:
    """Whether a picture file holds a film: APNG, animated WebP, GIF or AVIF. Raises nothing."""
    try:
        kind = file_kind(read_file(path, "a picture", most_bytes=HEAD_BYTES))
        if kind not in ANIMATED_KINDS:
            return False
        with Image.open(path, formats=FORMATS) as image:
            return getattr(image, "n_frames", 1) > 1
    except Exception:  # whatever its parser throws; what reads it for good will say it
        return False


def is_still(path: Path) -> bool:
    """Whether a file is a picture by its content that is no film. Raises nothing.

    Every GIF is a film here, even of one frame.
    """
    try:
        kind = file_kind(read_file(path, "a picture", most_bytes=HEAD_BYTES)) or ""
    except BadInputError:
        return False
    if not kind.endswith("picture") or kind == "a GIF picture":
        return False
    if path.suffix.lower() in MOTION_JPEG:
        return False
    return not is_animated(path)


def refuse_unreadable_film(path: Path) -> None:
    """Refuse the animated pictures that FFmpeg opens, and of which it reads one frame or none.

    Raises:
        BadInputError: it is one of them, or cannot be read.
    """
    kind = file_kind(read_file(path, "a video", most_bytes=HEAD_BYTES))
    if kind in NOT_OF_FFMPEG and is_animated(path):
        raise BadInputError(f"{path} is {kind} that moves: {ADVICE}")


def refuse_animated(image: Image.Image, path: Path) -> None:
    """Refuse an opened picture that is animated.

    Raises:
        BadInputError: it does; the message says how it can be painted.
    """
    frames = getattr(image, "n_frames", 1) if image.format in ANIMATED else 1
    if frames < 2:
        return
    advice = f"paint it as a film: pleinair video {path}"
    if image.format in ("WEBP", "AVIF"):
        advice = ADVICE
    raise BadInputError(f"{path} is animated ({frames} frames), expected a still picture: {advice}")
