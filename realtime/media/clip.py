"""Opening a video file and saying in plain words why it cannot be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from realtime.errors import BadInputError
from realtime.media.colour import UNTAGGED, ColourTags
from realtime.media.formats import refuse_unreadable_film
from realtime.media.orientation import display_matrix, is_sideways

NOT_MOVING = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
"""Cover art and thumbnails look like video streams to FFmpeg."""

TEXT_FORMATS = frozenset({"tty", "bin", "xbin", "adf", "idf"})
"""FFmpeg would draw a text file as a terminal."""

MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"moof"})
MATROSKA_MAGIC = b"\x1a\x45\xdf\xa3"
INCOMPLETE = "is damaged or incomplete: download or copy it again"
NO_PICTURE = f"{INCOMPLETE}; not one frame could be decoded"


def open_container(path: Path) -> InputContainer:
    """Open a media file of any kind.

    Raises:
        BadInputError: there is no such file, or it is no media file, or a broken one.
    """
    refuse_unreadable_film(path)
    try:
        container = av.open(f"file:{path}", "r")  # "file:" because names may contain a colon
    except (av.FFmpegError, OSError) as exc:
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


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the stream to paint, ready for threaded decoding: the default one, or the first.

    Raises:
        BadInputError: there is none, or nothing here can decode it.
    """
    moving = [s for s in container.streams.video if not s.disposition & NOT_MOVING]
    if not moving:
        raise BadInputError(f"{path} has no video, only sound or cover art: give a video file")
    stream = next((s for s in moving if s.disposition & Disposition.default), moving[0])
    if stream.codec_context is None:
        raise BadInputError(f"{path}: nothing here decodes its video: convert it to H.264 first")
    stream.thread_type = ThreadType.AUTO
    return stream


def decode(
    container: InputContainer, stream: VideoStream, on_damage: Callable[[], None] = lambda: None
) -> Iterator[av.VideoFrame]:
    """Yield every frame that can be decoded, leaving out packets that are damaged.

    Args:
        container: The open file.
        stream: Its stream to decode.
        on_damage: Called for every packet that was left out.

    Raises:
        av.FFmpegError: the file itself cannot be read any further.
        BadInputError: it is encrypted.
    """
    for packet in container.demux(stream):
        _refuse_encrypted(container, packet)
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            on_damage()  # one bad packet: players jump over it, and so do we
            continue
        yield from frames


def _refuse_encrypted(container: InputContainer, packet: av.Packet[VideoStream]) -> None:
    # Asked of the container: a decoder may well make pictures of noise out of noise.
    if packet.has_sidedata("encryption_info"):
        name = container.name.removeprefix("file:")
        raise BadInputError(f"{name} is encrypted: pleinair cannot read protected films")


def notes_on(container: InputContainer, first: av.VideoFrame) -> tuple[str, ...]:
    """Return what a user should know about a file, in whole sentences."""
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
            "It is interlaced, and painted as it is: combs on edges that move. Deinterlace first "
            "with ffmpeg -vf bwdif."
        )
    return tuple(notes)


def pixel_aspect(stream: VideoStream, frame: av.VideoFrame) -> Fraction | None:
    """Return width / height of one pixel of the upright picture, None when nobody says."""
    aspect = stream.sample_aspect_ratio
    if not aspect:
        return None
    return 1 / aspect if is_sideways(display_matrix(frame)) else aspect


@dataclass(frozen=True)
class ClipFacts:
    """What a copy of a video should have in common with it."""

    time_base: Fraction
    """Seconds per tick of its clock."""
    pixel_aspect: Fraction | None
    colour: ColourTags = UNTAGGED


def probe(path: Path) -> ClipFacts:
    """Look at the beginning of a video.

    Raises:
        BadInputError: it cannot be read as video.
    """
    with open_container(path) as container:
        stream = picture_stream(container, path)
        try:
            frame = next(decode(container, stream), None)
        except av.FFmpegError as exc:
            raise BadInputError(f"{path} {INCOMPLETE}") from exc
        if frame is None or stream.time_base is None:
            raise BadInputError(f"{path} {INCOMPLETE}")
        return ClipFacts(stream.time_base, pixel_aspect(stream, frame), ColourTags.of(frame))
