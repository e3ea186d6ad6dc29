"""Marks files as written by pleinair, and recognises them: only those may be replaced.

    MP4, MOV, MKV, WebM    the file's comment: "painted by pleinair in the style of ..."
    PNG                    a tEXt chunk "Comment", likewise
    JPEG                   a comment segment
    WebP                   EXIF, ImageDescription
    GIF                    a comment extension
    bundles                the card, under "pleinair" in the metadata of the safetensors file
    ONNX                   the card, under "pleinair" in the model's metadata
    OpenVINO's .xml        the card, under "pleinair" in the model's rt_info
    JSON, JSON lines       "written_by": "pleinair", the first key of the first object
    Markdown, SVG          a comment at the very end
    any other              its SHA-256 is in the .xml or .json that was written beside it:
                           OpenVINO's .bin, TensorRT's engines

A file is judged by what it holds, not by its name, and one that cannot be read is not ours. What
somebody else cut or copied without touching the note still counts as ours.
"""

from __future__ import annotations

import hashlib
import mmap
import re
import struct
import zlib
from pathlib import Path

MARK = "painted by pleinair"
WRITTEN_BY = {"written_by": "pleinair"}
"""What JSON objects begin with."""
TEXT_MARK = b"<!-- written by pleinair -->\n"
"""What Markdown and SVG end with."""

_NOTE = re.escape(MARK.encode()) + rb"[ -~]*"
_SIGNED = (
    (rb"\x89PNG", rb"tEXtComment\0(" + _NOTE + rb")"),
    (rb"\xff\xd8\xff", rb"\xff\xfe..(" + _NOTE + rb")"),
    (rb"RIFF....WEBP", rb"EXIF....II\*\0.{22}(" + _NOTE + rb")"),
    (rb"GIF8", rb"!\xfe.(" + _NOTE + rb")"),
    (rb'.{8}\{"__metadata__"', rb'\A.{8}\{"__metadata__":\{"(pleinair)":"'),
    (rb"\x08.\x12", rb"\x0a\x08(pleinair)\x12"),
    (rb"<\?xml.{0,40}<net ", rb"<rt_info>.*<(pleinair)>"),
    (rb"\s*(?:\[\s*)?\{", rb'\A\s*(?:\[\s*)?\{\s*"written_by": "(pleinair)"'),
)
"""How a kind of file begins, and where its note is."""
_FILMS = ((rb"....ftyp", "mov"), (rb"\x1a\x45\xdf\xa3", "matroska"))
"""How films begin, and which of FFmpeg's readers is for them: no other is let near."""


def is_ours(path: Path) -> bool:
    """Whether a file is one that pleinair wrote: such a one may be replaced."""
    return bool(read_note(path))


def read_note(path: Path) -> str:
    """Return the note of pleinair in a file, perhaps with bytes behind it; "": not ours."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            head = file.read(80)
            if film := next((kind for magic, kind in _FILMS if _begins(magic, head)), None):
                return _film_comment(path, film)
            for magic, note in _SIGNED:
                if _begins(magic, head):
                    return _found(note, file.fileno())
        return _text_mark(path) or _beside(path)
    except (OSError, ValueError):
        return ""


def _begins(magic: bytes, head: bytes) -> bool:
    return re.match(magic, head, re.DOTALL) is not None


def _found(pattern: bytes, descriptor: int) -> str:
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        found = re.search(pattern, data, re.DOTALL)
        return "" if found is None else found[1].decode("ascii")


def _film_comment(path: Path, kind: str) -> str:
    import av  # heavy, and needed for films only

    try:
        with av.open(f"file:{path}", "r", format=kind, metadata_errors="replace") as container:
            # Matroska shouts its keys.
            notes = {key.lower(): value for key, value in container.metadata.items()}
    except Exception:  # whatever a damaged file of somebody else's makes FFmpeg raise
        return ""
    comment = notes.get("comment", "")
    return comment if MARK in comment else ""


def _text_mark(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2 * len(TEXT_MARK)))
        return "pleinair" if file.read().rstrip().endswith(TEXT_MARK.rstrip()) else ""


def _beside(path: Path) -> str:
    """Look for the file's digest in what was written with it."""
    for other in (path.with_suffix(".xml"), path.with_name(f"{path.name}.json")):
        if other != path and is_ours(other) and digest(path.read_bytes()) in other.read_text():
            return "pleinair"
    return ""


def format_note(label: str, job: str = "") -> str:
    """Return the note of a painting.

    Args:
        label: Names its style.
        job: Names all that its pixels depend on: the same job need not be painted twice.
    """
    styles = label.replace("+", " and ")
    return f"{MARK} in the style of {styles}" + (f" (job {job})" if job else "")


def is_painted(path: Path, job: str) -> bool:
    """Whether a file is the result of exactly that job; the last note counts."""
    return re.findall(r"\(job (\w+)\)", read_note(path))[-1:] == [job]


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file that cannot hold a note, for the file beside it."""
    return hashlib.sha256(data).hexdigest()


def add_note(data: bytes, note: str = MARK) -> bytes:
    """Return an encoded picture or an animated GIF with a note in it.

    Args:
        data: PNG, JPEG, WebP or GIF; anything else is returned as it is.
        note: ASCII that begins with `MARK`, at most 255 characters are kept.
    """
    text = note.encode("ascii", "replace")[:255]
    if data.startswith(b"\x89PNG"):
        body = b"tEXtComment\0" + text
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return data[:33] + chunk + data[33:]  # behind IHDR, which is always first and as long
    if data.startswith(b"\xff\xd8\xff"):
        at = _behind_jfif(data)
        return data[:at] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + data[at:]
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _signed_webp(data, text)
    if data.startswith(b"GIF8") and len(data) > 13 and data.endswith(b";"):
        at = _behind_gif_head(data)
        return data[:at] + b"!\xfe" + bytes([len(text)]) + text + b"\0" + data[at:]
    return data


def _behind_gif_head(data: bytes) -> int:
    """Return where a comment may stand: behind the palette and the number of repetitions.

    Behind the pictures FFmpeg would take it for one more of them.
    """
    flags = data[10]
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    return at + (19 if data.startswith(b"!\xff\x0bNETSCAPE2.0", at) else 0)


def _behind_jfif(data: bytes) -> int:
    """Return where a comment may stand: JFIF wants its own segment to be the first."""
    is_jfif = data[2:4] == b"\xff\xe0"
    return 4 + struct.unpack(">H", data[4:6])[0] if is_jfif else 2


def _signed_webp(data: bytes, text: bytes) -> bytes:
    """Add EXIF data, which only the extended form of WebP may hold."""
    chunks = data[12 : 8 + struct.unpack("<I", data[4:8])[0]]
    if not chunks.startswith(b"VP8X"):
        chunks = _extended_header(chunks) + chunks
    has_exif = 0x08
    chunks = chunks[:8] + bytes([chunks[8] | has_exif]) + chunks[9:]
    # One entry of a little-endian TIFF directory: ImageDescription, ASCII.
    tiff = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x010E, 2, len(text) + 1, 26, 0) + text + b"\0"
    chunks += b"EXIF" + struct.pack("<I", len(tiff)) + tiff + b"\0" * (len(tiff) % 2)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _extended_header(chunks: bytes) -> bytes:
    """Return the VP8X chunk for a simple WebP picture; OpenCV's pictures have no alpha."""
    if chunks.startswith(b"VP8L"):
        bits = struct.unpack("<I", chunks[9:13])[0]
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
    else:
        width, height = (side - 1 & 0x3FFF for side in struct.unpack("<HH", chunks[14:18]))
    sides = struct.pack("<I", width)[:3] + struct.pack("<I", height)[:3]
    return b"VP8X" + struct.pack("<I", 10) + bytes(4) + sides
