"""One picture from standard input, to standard output, or both."""

from __future__ import annotations

import sys
from pathlib import Path

from realtime.errors import BadInputError, SinkError
from realtime.folders import write_whole
from realtime.frame import Frame, Pixels
from realtime.options import PIPE
from realtime.painter import open_painter, style_label, suffix_like
from realtime.provenance import format_note
from realtime.reading import read_file
from realtime.resize import fit
from realtime.settings import PaintSettings
from realtime.sinks.images_sink import check_picture_name, encode
from realtime.sinks.outputs import check_target, is_file_name, make_folder
from realtime.sources.images_source import image_of

STDIN = Path("standard input")
"""What messages call it."""


def paint_piped(
    settings: PaintSettings, picture: Path, out: Path | None, *, overwrite: bool = False
) -> Path:
    """Paint one picture that comes or goes through a pipe.

    What goes to standard output is a JPEG or WebP if the picture came as one, and else a PNG.

    Args:
        settings: How.
        picture: A file, or `PIPE`.
        out: A file, or `PIPE`; None is `PIPE`.
        overwrite: Replace a file that pleinair did not write.

    Returns:
        The file that was written, or `PIPE`.

    Raises:
        BadInputError: no picture came, `out` is a folder or may not be written, standard output is
            a terminal, or the style or the engine does not exist.
        SinkError: the disk is full, or the reader has closed the pipe.
    """
    target = PIPE if out is None else out
    _check(target, picture, overwrite=overwrite)
    data = _standard_input() if picture == PIPE else read_file(picture, "a picture")
    pixels = image_of(data, STDIN if picture == PIPE else picture)
    painted, label = _painted(fit(pixels, settings.size) if settings.size else pixels, settings)
    suffix = suffix_like(data) if target == PIPE else target.suffix.lower()
    encoded = encode(painted, suffix, format_note(label))
    if target == PIPE:
        _to_standard_output(encoded)
    else:
        make_folder(target.parent)
        check_target(target, [picture], overwrite=overwrite)
        write_whole(target, encoded)
    return target


def _check(target: Path, picture: Path, *, overwrite: bool) -> None:
    """Check the arguments before anything is read or painted."""
    if target == PIPE:
        if sys.stdout.isatty():
            raise BadInputError(
                "standard output is a terminal, which shows no pictures: give --out FILE, or send "
                "it on, as in > painting.jpg"
            )
        return
    if not is_file_name(target):
        raise BadInputError(
            f"{target} is a folder, and a picture from standard input has no name: give a file, "
            f"such as {target / 'painting.jpg'}"
        )
    check_picture_name(target)
    make_folder(target.parent)
    check_target(target, [picture], overwrite=overwrite)


def _painted(pixels: Pixels, settings: PaintSettings) -> tuple[Pixels, str]:
    """Return the painting and the names of its styles."""
    engine, look = open_painter(settings)
    with engine:
        painting = engine.stylize(Frame(pixels, 0, 0.0), look)
        return painting.pixels, style_label(engine, look)


def _standard_input() -> bytes:
    if sys.stdin.isatty():
        raise BadInputError(
            "nothing is sent to standard input: pipe a picture into it, as in < photo.jpg"
        )
    data = sys.stdin.buffer.read()
    if not data:
        raise BadInputError("standard input is empty (0 bytes): pipe a picture into it")
    return data


def _to_standard_output(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as exc:
        raise SinkError(
            f"standard output did not take the whole picture of {len(data)} bytes: {exc.strerror}"
        ) from exc
