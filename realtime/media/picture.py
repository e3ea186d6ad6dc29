"""Decodes picture files to upright sRGB, or says in one line why not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from realtime.errors import BadInputError
from realtime.frame import Pixels
from realtime.media import profile
from realtime.media.formats import FORMATS, KINDS, refuse_animated
from realtime.media.quiet import quiet_stderr
from realtime.reading import HEAD_BYTES, file_kind, raise_wrong_kind, read_file

EXPECTED = "one of these pictures: .png, .jpg, .webp, .bmp, .tif, .avif, .jp2, .gif"
SAVE_AS = ": save it as JPEG or PNG in the program that shows it"
DEVELOP = ": develop it first, in the camera or a RAW converter, and save it as JPEG or TIFF"
ADVICE = {
    "a HEIC picture": ": save it as JPEG (iPhones take JPEGs with Settings, Camera, Formats, Most "
    "Compatible)",
    **dict.fromkeys(
        ("a JPEG XL picture", "a Photoshop document", "a GIMP document", "an OpenEXR picture",
         "a Radiance HDR picture", "an SVG drawing", "a PDF document", "a DDS texture",
         "an icon file", "a DjVu document", "a PostScript document"),
        SAVE_AS,
    ),
    **dict.fromkeys(
        (f"{maker} RAW picture" for maker in
         ("a Canon", "a Fujifilm", "a Panasonic", "an Olympus", "a Minolta", "a Sigma")),
        DEVELOP,
    ),
}  # fmt: skip
"""What to do with pictures of kinds that are known and not read."""
DNG_VERSION, SUB_FILES, KIND_OF_FILE, PHOTOMETRIC = 0xC612, 0x014A, 0x00FE, 0x0106
SENSOR_DATA = frozenset({32803, 34892})
"""TIFF's photometric interpretations of what no one has developed yet."""
RAW_SUFFIXES = frozenset(
    {".dng", ".nef", ".nrw", ".arw", ".sr2", ".cr2", ".pef", ".srw", ".3fr", ".iiq", ".erf", ".kdc"}
)
"""Names of RAW pictures that are TIFF inside, for those that Pillow cannot even open."""
RAW = "a camera's RAW picture, of which only a thumbnail could be read"
MOST_PIXELS = 2**28
"""16384 x 16384: more than any camera has. Eight gigabytes would be needed to paint it."""
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what turns the picture upright."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: RGB uint8 (H, W, 3), C-contiguous, upright, in sRGB.
        notes: What a user should know about this file.
    """

    pixels: Pixels
    notes: tuple[str, ...] = ()


def read_picture(
    path: Path, *, most_pixels: int = MOST_PIXELS, may_shrink: bool = False
) -> Picture:
    """Read a picture of any known format, whatever its suffix.

    Grey becomes RGB, 16 bit become 8, CMYK and colour profiles become sRGB, transparency is laid
    over white, EXIF's orientation is applied.

    Args:
        path: The file.
        most_pixels: Larger pictures are refused before they are decoded.
        may_shrink: Decode larger JPEGs at a half, quarter or eighth instead.

    Raises:
        BadInputError: it is missing, no file, empty, no picture, damaged, animated or too large.
    """
    _refuse_other_kinds(path, read_file(path, "a picture", most_bytes=HEAD_BYTES))
    data = read_file(path, "a picture")
    return decode_picture(data, path, most_pixels=most_pixels, may_shrink=may_shrink)


def decode_picture(
    data: bytes, path: Path, *, most_pixels: int = MOST_PIXELS, may_shrink: bool = False
) -> Picture:
    """Decode the bytes of a picture, as `read_picture` does those of a file.

    Args:
        data: A whole encoded picture.
        path: Its name, for messages.
        most_pixels: As of `read_picture`, like the rest.
        may_shrink: Likewise.

    Raises:
        BadInputError: it is no picture, damaged, animated or too large.
    """
    _refuse_other_kinds(path, data[:HEAD_BYTES])
    with _one_line(path), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        refuse_animated(image, path)
        _refuse_raw(image, path)
        if may_shrink:
            _shrink(image, most_pixels)
        if image.width * image.height > most_pixels:
            raise BadInputError(
                f"{path} is {image.width}x{image.height} pixels, more than the "
                f"{most_pixels / 1e6:.0f} million that are read: scale it down first"
            )
        return _decoded(image, data, path)


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Turn any error of a parser into one line."""
    try:
        yield
    except BadInputError:
        raise
    except UnidentifiedImageError as exc:
        if path.suffix.lower() in RAW_SUFFIXES:
            raise BadInputError(f"{path} is {RAW}, expected {EXPECTED}{DEVELOP}") from exc
        raise BadInputError(f"{path} is damaged or incomplete: download or copy it again") from exc
    except MemoryError as exc:
        raise BadInputError(f"{path} does not fit into memory: scale it down first") from exc
    except Exception as exc:
        reason = str(exc).partition("\n")[0] or type(exc).__name__
        raise BadInputError(
            f"{path} is damaged or incomplete ({reason}): download or copy it again"
        ) from exc


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    kind = file_kind(head)
    if kind in KINDS:
        return
    if kind is not None and kind.endswith(("video", "transport stream")):
        raise BadInputError(f"{path} is {kind}, expected a picture: paint it with pleinair video")
    raise_wrong_kind(path, head, EXPECTED + ADVICE.get(kind or "", ""))


def _refuse_raw(image: Image.Image, path: Path) -> None:
    """Refuse DNG, NEF, ARW and others that are TIFF files whose first picture is a thumbnail."""
    if image.format != "TIFF":
        return
    tags = getattr(image, "tag_v2", {})
    is_thumbnail = bool(int(tags.get(KIND_OF_FILE, 0)) & 1) and SUB_FILES in tags
    if DNG_VERSION in tags or is_thumbnail or tags.get(PHOTOMETRIC) in SENSOR_DATA:
        raise BadInputError(f"{path} is {RAW}, expected {EXPECTED}{DEVELOP}")


def _shrink(image: Image.Image, most_pixels: int) -> None:
    for factor in (2, 4, 8):
        if image.width * image.height > most_pixels:
            image.draft(None, (image.width // factor, image.height // factor))


def _decoded(image: Image.Image, data: bytes, path: Path) -> Picture:
    notes: list[str] = []
    if image.format == "TIFF" and getattr(image, "n_frames", 1) > 1:
        notes.append(f"has {getattr(image, 'n_frames', 1)} pages: the first is read")
    with quiet_stderr() if image.format == "TIFF" else nullcontext():  # libtiff is talkative
        image.load()
    colours, alpha = _layers(image, path)
    turn = _turn(image)  # now, because Pillow turns TIFF itself while it decodes
    try:
        stored = profile.profile_of(image, data)
        if stored is not None:
            colours = profile.to_srgb(colours, stored)
        elif colours.mode == "CMYK":
            notes.append("is CMYK without a colour profile: its colours are a guess")
    except profile.ProfileError as exc:
        notes.append(f"is read as sRGB: {exc}")
    rgb = np.asarray(_turned(colours.convert("RGB"), turn))
    if alpha is not None and alpha.getextrema()[0] != 255:
        notes.append("is transparent in places: laid over white")
        rgb = over_white(rgb, np.asarray(_turned(alpha, turn))[..., None])
    return Picture(np.ascontiguousarray(rgb), tuple(notes))


def _layers(image: Image.Image, path: Path) -> tuple[Image.Image, Image.Image | None]:
    """Return the colours, in mode L, RGB, CMYK or LAB, and what is transparent, in mode L."""
    if image.mode.startswith(("I", "F")):
        return _to_8_bit(image, path), None
    if image.has_transparency_data:
        whole = image.convert("LA" if image.mode in ("1", "L", "LA", "La") else "RGBA")
        return whole.convert(whole.mode[:-1]), whole.getchannel("A")
    if image.mode in ("1", "L"):
        return image.convert("L"), None
    return (image if image.mode in ("RGB", "CMYK", "LAB") else image.convert("RGB")), None


def _to_8_bit(image: Image.Image, path: Path) -> Image.Image:
    """Reduce grey of 16 bits; deeper colours are reduced by Pillow itself."""
    values: npt.NDArray[np.generic] = np.asarray(image)
    is_16_bit = image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM")
    if not is_16_bit:
        raise BadInputError(f"{path} holds {values.dtype}, expected 8 or 16 bit: save it as PNG")
    return Image.fromarray(((values.astype(np.uint32) + 128) // 257).astype(np.uint8))


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # damaged EXIF data: whatever its parser throws
        return None


def _turned(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)


def over_white(colours: Pixels, alpha: Pixels) -> Pixels:
    """Composite colours (H, W, 3), not premultiplied, over white by alpha (H, W, 1), 0 to 255."""
    if alpha.min() == 255:
        return np.ascontiguousarray(colours)
    weight = alpha.astype(np.uint16)
    return ((colours * weight + 255 * (255 - weight) + 127) // 255).astype(np.uint8)
