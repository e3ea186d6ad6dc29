"""Opens and probes video files: properties, duration, what is lost; why one cannot be opened."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.stream import Disposition
from av.video.stream import VideoStream

from realtime.errors import BadInputError, PleinairError
from realtime.media.colour import UNTAGGED, ColourTags, is_transparent
from realtime.media.decoding import DECODE_ERRORS, WITHOUT_PRESENTATION_TIMES, decode, packets
from realtime.media.formats import refuse_unreadable_film
from realtime.media.orientation import display_matrix, is_sideways, side_data

LOGGER = logging.getLogger(__name__)

NOT_MOVING = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
"""Cover art and thumbnails look like video streams to FFmpeg."""

TEXT_FORMATS = frozenset({"tty", "bin", "xbin", "adf", "idf"})
"""FFmpeg would draw a text file as a terminal."""

TS_DISCONT = 0x0200
"""FFmpeg's flag of formats whose times may be discontinuous."""
MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"moof"})
MATROSKA_MAGIC = b"\x1a\x45\xdf\xa3"
INCOMPLETE = "is damaged or incomplete: download or copy it again"
NO_PICTURE = f"{INCOMPLETE}; not one frame could be decoded"
USUAL_RATE_FPS = 25.0
MATROSKA_DURATION = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
"""How Matroska tags the length of one stream; its header knows that of the longest only."""
ONE_LENGTH = frozenset({"asf"})
"""Kinds of file for which FFmpeg takes the length of the whole for that of every stream."""
TAGS_AS = "pleinair.latin1"
"""Encoding of tags that are not UTF-8: Windows' Western code page, as old programs wrote."""


def _read_as_latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(TAGS_AS, _read_as_latin1)


@contextmanager
def parser_errors(path: Path) -> Iterator[None]:
    """Turn any error of a parser into one line that says that the file is damaged.

    FFmpeg and PyAV fail on damaged files in many ways: besides their own errors with ValueError,
    IndexError, UnicodeDecodeError, ZeroDivisionError.

    Raises:
        BadInputError: it cannot be read.
    """
    try:
        yield
    except PleinairError:
        raise
    except Exception as exc:
        LOGGER.debug("%s cannot be read", path, exc_info=True)
        raise BadInputError(f"{path} {INCOMPLETE}") from exc


def open_container(path: Path) -> InputContainer:
    """Open a media file of any kind.

    Raises:
        BadInputError: there is no such file, or it is no media file, or a broken one.
    """
    refuse_unreadable_film(path)
    try:
        # "file:" because names may contain a colon
        container = av.open(f"file:{path}", "r", metadata_errors=TAGS_AS)
    except Exception as exc:  # see `parser_errors`
        raise BadInputError(_why_unreadable(path, exc)) from exc
    if container.format.name in TEXT_FORMATS:
        container.close()
        raise BadInputError(f"{path} is a text file, not a video: give a file such as clip.mp4")
    return container


def _why_unreadable(path: Path, exc: Exception) -> str:
    if isinstance(exc, PermissionError):
        return f"{path} may not be read: check its permissions"
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as read_error:
        return f"{path} cannot be read: {read_error.strerror}"
    if not head:
        return f"{path} is empty (0 bytes): download or copy it again"
    if head[4:8] in MP4_BOXES or head.startswith(MATROSKA_MAGIC):
        return f"{path} {INCOMPLETE}"
    return f"{path} is not a video that FFmpeg can read: give a file such as clip.mp4"


def is_broadcast(container: InputContainer) -> bool:
    """Whether the clock of a kind of file may begin anywhere and change: transport streams."""
    return bool(container.format.flags & TS_DISCONT)


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the stream to paint, ready to be decoded: the default one, or the first.

    Raises:
        BadInputError: there is none, or nothing here can decode it.
    """
    moving = [s for s in container.streams.video if not s.disposition & NOT_MOVING]
    if not moving:
        raise BadInputError(f"{path} has no video, only sound or cover art: give a video file")
    stream = next((s for s in moving if s.disposition & Disposition.default), moving[0])
    if stream.codec_context is None:
        raise BadInputError(f"{path}: nothing here decodes its video: convert it to H.264 first")
    if container.format.name not in WITHOUT_PRESENTATION_TIMES:
        # Decoders of several pictures at once report damage packets later, and there the times of
        # all pictures depend on which packet it was.
        stream.thread_type = ThreadType.AUTO
    return stream


def pixel_aspect(stream: VideoStream, frame: av.VideoFrame) -> Fraction | None:
    """Return width / height of one pixel of the upright picture, None: not known."""
    aspect = stream.sample_aspect_ratio
    if not aspect:
        return None
    return 1 / aspect if is_sideways(display_matrix(frame)) else aspect


@dataclass(frozen=True)
class ClipFacts:
    """Properties of a video that a copy should keep."""

    time_base: Fraction
    """Seconds per tick of its clock."""
    pixel_aspect: Fraction | None
    colour: ColourTags = UNTAGGED


def probe(path: Path) -> ClipFacts:
    """Look at the beginning of a video.

    Raises:
        BadInputError: it cannot be read as video.
    """
    with open_container(path) as container, parser_errors(path):
        stream = picture_stream(container, path)
        frame = next(decode(container, stream), None)
        if frame is None or stream.time_base is None:
            raise BadInputError(f"{path} {INCOMPLETE}")
        return ClipFacts(stream.time_base, pixel_aspect(stream, frame), ColourTags.of(frame))


def rate_fps(stream: VideoStream) -> float:
    """Return the average number of pictures per second."""
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else USUAL_RATE_FPS


def own_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Return the duration of the video stream, if the file has it."""
    if container.format.name in ONE_LENGTH:
        return None
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if match := MATROSKA_DURATION.fullmatch(stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = match.groups()
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    return None


def container_seconds(container: InputContainer) -> float | None:
    """Return the duration of the longest stream, if the file has it."""
    return container.duration / av.time_base if container.duration else None


def has_packets_after(path: Path, seconds: float) -> bool:
    """Whether any packet begins this long after the clip's beginning; reads all of it."""
    with open_container(path) as container, suppress(*DECODE_ERRORS):
        start = Fraction(container.start_time or 0, av.time_base)
        return any(
            packet.pts is not None and packet.pts * packet.time_base - start >= seconds
            for packet in packets(container)
        )
    return False


def clip_warnings(container: InputContainer, first: av.VideoFrame) -> tuple[str, ...]:
    """Return warnings about a file, in whole sentences.

    Args:
        container: The open file.
        first: Its first picture.
    """
    notes = []
    moving = [s for s in container.streams.video if not s.disposition & NOT_MOVING]
    if len(moving) > 1:
        notes.append(f"It has {len(moving)} video streams: one is painted, the others left out.")
    if len(container.streams.video) > len(moving):
        notes.append("Its cover picture is left out.")
    bits = max(component.bits for component in first.format.components)
    if bits > 8:
        notes.append(f"Its {bits} bits per colour are painted as 8.")
    if first.interlaced_frame:
        notes.append(
            "It is interlaced, and painted as it is: moving edges show combs. Deinterlace first "
            "with ffmpeg -vf bwdif."
        )
    if is_transparent(first):
        notes.append("Its transparency is laid over white.")
    if lost := _lost(container, first):
        notes.append(f"Left out: {', '.join(lost)}.")
    return tuple(notes)


def _lost(container: InputContainer, first: av.VideoFrame) -> list[str]:
    """Name what a painting does not keep."""
    lost = []
    if count := len(container.streams.attachments):
        lost.append(f"{count} attached file{'s' if count > 1 else ''} (fonts)")
    tags = [
        (key.lower(), value)
        for some in (container, *container.streams)
        for key, value in some.metadata.items()
    ]
    if any(key == "timecode" for key, _ in tags):
        lost.append("its timecode")
    is_stereo = any(side_data(first, Type.STEREO3D)[:4])  # AV_STEREO3D_2D is 0
    if is_stereo or any(key == "stereo_mode" and value != "mono" for key, value in tags):
        lost.append("its stereo mode (both views are painted as one picture)")
    return lost
