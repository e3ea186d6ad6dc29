"""Checks input files before anything parses them: regular file, and type by magic bytes.

File names are not reliable: downloads may have any suffix, and a page that says "log in first" is
saved under the name of the weights.
"""

from __future__ import annotations

import codecs
import stat
from pathlib import Path
from typing import NoReturn

from realtime.errors import BadInputError

LONGEST_HEADER_BYTES = 100_000_000
"""What the safetensors format allows."""
HEAD_BYTES = 512
"""Enough for everything below."""

PICTURE_SUFFIXES = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".tif", ".tiff"}
    | {".avif", ".jp2"}
)
"""Names of pictures. In a folder, what has another name or none is known by its content."""

MAGIC_BYTES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (8, b"CR\x02\0", "a Canon RAW picture"),
    (0, b"FUJIFILMCCD-RAW", "a Fujifilm RAW picture"),
    (0, b"IIU\0", "a Panasonic RAW picture"),
    (0, b"IIRO", "an Olympus RAW picture"),
    (0, b"IIRS", "an Olympus RAW picture"),
    (0, b"\0MRM", "a Minolta RAW picture"),
    (0, b"FOVb", "a Sigma RAW picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"II+\0", "a TIFF picture"),
    (0, b"MM\0+", "a TIFF picture"),
    (0, b"\0\0\0\x0cjP  \r\n", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"gimp xcf", "a GIMP document"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance HDR picture"),
    (0, b"#?RGBE", "a Radiance HDR picture"),
    (0, b"DDS ", "a DDS texture"),
    (0, b"\0\0\x01\0", "an icon file"),
    (0, b"icns", "an icon file"),
    (0, b"AT&TFORM", "a DjVu document"),
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (0, b"FLV\x01", "an FLV video"),
    (0, b"OggS", "an Ogg video or sound file"),
    (0, b"\0\0\x01\xba", "an MPEG video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media video or sound file"),
    (0, b"ID3", "an MP3 sound file"),
    (0, b"fLaC", "a FLAC sound file"),
    (0, b"\x1f\x8b", "a gzip archive (unpack it first)"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive (unpack it first)"),
    (0, b"Rar!", "a RAR archive (unpack it first)"),
    (257, b"ustar", "a tar archive (unpack it first)"),
    (0, b"\x89HDF", "an HDF5 file, as Keras writes"),
    (4, b"TFL3", "a TensorFlow Lite model"),
    (0, b"\x04\0\0\0\x01\0\0\0", "a Torch7 (Lua) file"),
    (0, b"\x03\0\0\0\x01\0\0\0", "a Torch7 (Lua) file"),
    (0, b"\x93NUMPY", "a numpy array"),
    (
        0,
        b"version https://git-lfs",
        "a Git LFS pointer, not the file itself (get it: git lfs pull)",
    ),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
)
"""Offset, bytes, and what begins so."""

BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "an AVIF picture"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"), "a HEIC picture"),
    b"crx ": "a Canon RAW picture",
    b"M4A ": "an MPEG-4 sound file",
}
"""Major brands of the ISO base media file format (ISO/IEC 14496-12); all others are videos."""
RIFF = {b"WEBP": "a WebP picture", b"AVI ": "an AVI video", b"WAVE": "a WAV sound file"}
NETPBM = frozenset({b"P1", b"P2", b"P3", b"P4", b"P5", b"P6"})
ONNX_FIELDS = frozenset({0x12, 0x1A, 0x2A, 0x3A, 0x42})
"""Tags of the fields that follow `ir_version`, the first field of an ONNX model (onnx.proto)."""
TS_PACKET_BYTES = 188


def require_file(path: Path, what: str) -> None:
    """Make sure that a path is a regular file: opening a pipe waits for its writer, for ever.

    Args:
        path: Links are followed.
        what: What was expected, with its article: `a picture`.

    Raises:
        BadInputError: nothing is there, or a folder, a pipe or a device.
    """
    name = what.split(" ", 1)[1]
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise BadInputError(f"there is no {name} {path}: check the name and the folder") from exc
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or str(exc)
        raise BadInputError(f"{path} cannot be read: {reason}") from exc
    if stat.S_ISDIR(mode):
        raise BadInputError(f"{path} is a folder, expected {what}: name one of its files")
    if not stat.S_ISREG(mode):
        raise BadInputError(
            f"{path} is a pipe or a device, expected {what}: save it as a file first"
        )


def read_file(path: Path, what: str, *, most_bytes: int = -1) -> bytes:
    """Read a regular file, or its magic.

    Raises:
        BadInputError: it is none, is empty, or may not be read.
    """
    require_file(path, what)
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes)
    except OSError as exc:
        raise BadInputError(f"{path} cannot be read: {exc.strerror}") from exc
    if not data:
        raise BadInputError(f"{path} is empty (0 bytes): download or copy it again")
    return data


def file_kind(head: bytes) -> str | None:
    """Name the type of a file, with its article, by its first `HEAD_BYTES`; None: unknown.

    Weights of this project's kinds (safetensors, torch.save, TensorFlow) are not looked for.
    """
    for offset, magic, kind in MAGIC_BYTES:
        if head.startswith(magic, offset):
            return kind
    if head.startswith(b"RIFF") and head[8:12] in RIFF:
        return RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return _kind_of_brands(head)
    if head[:1] == b"G" and head[TS_PACKET_BYTES : TS_PACKET_BYTES + 1] == b"G":
        return "an MPEG transport stream"
    if head[:2] in NETPBM and head[2:3].isspace():
        return "a PNM picture"
    if len(head) > 2 and head[0] == 0x08 and 0 < head[1] < 32 and head[2] in ONNX_FIELDS:
        return "an ONNX model"
    return _kind_of_text(head)


def is_safetensors(head: bytes) -> bool:
    """Whether a file may be one of safetensors, by its first bytes."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= LONGEST_HEADER_BYTES


def is_picture(path: Path) -> bool:
    """Whether a file of a folder is a picture, by its name or its content; hidden files are not."""
    if path.name.startswith(".") or not path.is_file():
        return False
    if path.suffix.lower() in PICTURE_SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            return (file_kind(file.read(HEAD_BYTES)) or "").endswith("picture")
    except OSError:
        return False


def find_photographs(folder: Path, *, nested: bool = False) -> list[Path]:
    """List the pictures of a folder in the order of their names; `nested`: of its subfolders too.

    Raises:
        BadInputError: no such folder, it cannot be read, or there is no picture in it.
    """
    if not folder.is_dir():
        raise BadInputError(f"no folder of photographs at {folder}")
    try:
        found = sorted(filter(is_picture, folder.rglob("*") if nested else folder.iterdir()))
    except OSError as exc:
        raise BadInputError(f"folder {folder} cannot be read: {exc.strerror}") from exc
    if not found:
        raise BadInputError(f"folder {folder} holds no picture: expected .jpg, .png and the like")
    return found


def raise_wrong_kind(path: Path, head: bytes, expected: str) -> NoReturn:
    """Refuse a file that could not be parsed, and name its type.

    Raises:
        BadInputError: always: `notes.pdf is a PDF document, expected a picture (.png, ...)`.
    """
    kind = file_kind(head)
    if kind is None:
        raise BadInputError(f"{path} is damaged or something else, expected {expected}")
    raise BadInputError(f"{path} is {kind}, expected {expected}")


def _kind_of_brands(head: bytes) -> str:
    length = int.from_bytes(head[:4], "big")
    compatible = {head[at : at + 4] for at in range(16, min(length, len(head)), 4)}
    # AVIF may call itself the general image format, mif1, as HEIC does.
    if compatible & {b"avif", b"avis"} and head[8:12] in (b"mif1", b"msf1"):
        return BRANDS[b"avif"]
    return BRANDS.get(head[8:12], "an MP4 or QuickTime video")


def _kind_of_text(head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:256].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        return "an HTML page (a download that failed, or wants a login)"
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in head.lower()):
        return "an SVG drawing"
    if start.startswith(b"<?xml"):
        return "an XML text"
    return "a text" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    try:
        # Incremental, because the end of the head may cut a character in two.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(text) and all(c.isprintable() or c.isspace() for c in text)
