"""Writes segments as an animated GIF, or as one picture per frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.stream import VideoStream

from realtime.engines.enlarge import resized
from realtime.errors import BadInputError
from realtime.film.encoded import open_segment
from realtime.film.join import Joint
from realtime.film.segment_sink import offset_ticks
from realtime.folders import replace_whole
from realtime.frame import Frame, Pixels
from realtime.media.colour import RgbReader
from realtime.provenance import add_note
from realtime.sinks import outputs
from realtime.sinks.images_sink import encode

GIF_CLOCK = Fraction(1, 100)
"""GIF counts hundredths of a second."""
SHORTEST_TICKS = 2
"""Players show pictures of one hundredth of a second for ten."""
LONGEST_TICKS = 65_535
"""GIF has 16 bits for it."""
HEAD_BYTES = 4096
"""The extension that tells how often a GIF is repeated comes before its first picture, behind a
palette of 768 bytes at most and perhaps a comment."""


def write_gif(joint: Joint, out: Path) -> int:
    """Write an animated GIF with a palette of its own for every picture; returns how many.

    It is repeated as often as an original that is a GIF, and else for ever.

    Raises:
        SinkError: the disk is full.
    """
    count = 0
    last = round(100 * (joint.last_seconds or 1 / joint.target.rate_fps))
    options = {
        "loop": str(_repeats(joint.original)),
        "final_delay": str(min(max(SHORTEST_TICKS, last), LONGEST_TICKS)),
    }
    try:
        with av.open(f"file:{out}", "w", format="gif", container_options=options) as container:
            stream: VideoStream | None = None
            for frame, tick in _paused(_timed(joint), last):
                if stream is None:
                    rate = Fraction(joint.target.rate_fps).limit_denominator(1000)
                    added = container.add_stream("gif", rate=rate, time_base=GIF_CLOCK)
                    assert isinstance(added, VideoStream)
                    stream = added
                    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
                palette = _with_palette(av.VideoFrame.from_ndarray(frame.pixels, format="rgb24"))
                palette.pts, palette.time_base = tick, GIF_CLOCK
                container.mux(stream.encode(palette))
                count = frame.index + 1
            if stream is not None:
                container.mux(stream.encode(None))
        replace_whole(out, add_note(out.read_bytes(), joint.title))
    except (av.FFmpegError, OSError) as exc:
        out.unlink(missing_ok=True)
        raise outputs.write_error(exc, out, f"after {count} frames") from exc
    return count


def _timed(joint: Joint) -> Iterator[tuple[Frame, int]]:
    """Yield the frames with their times rounded to those of a GIF."""
    last = -SHORTEST_TICKS
    for frame in _frames(joint):
        seconds = frame.pts_seconds - joint.window.shift_seconds
        last = max(round(seconds * 100), last + SHORTEST_TICKS)
        yield frame, last


def _paused(frames: Iterator[tuple[Frame, int]], last_ticks: int) -> Iterator[tuple[Frame, int]]:
    """Repeat a frame that lasts longer than a GIF can store."""
    shown: tuple[Frame, int] | None = None
    for frame, tick in frames:
        if shown is not None:
            yield from ((shown[0], again) for again in _agains(shown[1], tick))
        yield (shown := (frame, tick))
    if shown is not None:
        yield from ((shown[0], again) for again in _agains(shown[1], shown[1] + last_ticks))


def _agains(start: int, stop: int) -> Iterator[int]:
    tick = start
    while stop - tick > LONGEST_TICKS:
        # Not all of it: what is left must not be too short either.
        tick += min(LONGEST_TICKS, stop - tick - SHORTEST_TICKS)
        yield tick


def _repeats(original: Path) -> int:
    """Return how often a GIF is repeated, in terms of FFmpeg: 0 for ever, -1 not at all.

    FFmpeg's reader does not tell. Source: Netscape's application extension of GIF89a.
    """
    with original.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.startswith(b"GIF8"):
        return 0
    _, extension, rest = head.partition(b"NETSCAPE2.0\x03\x01")
    return int.from_bytes(rest[:2], "little") if extension else -1


def _with_palette(picture: av.VideoFrame) -> av.VideoFrame:
    graph = Graph()
    source = graph.add_buffer(
        template=None,
        width=picture.width,
        height=picture.height,
        format=picture.format,
        time_base=GIF_CLOCK,
    )
    split, generate = graph.add("split"), graph.add("palettegen", "stats_mode=single")
    use, sink = graph.add("paletteuse", "new=1:dither=sierra2_4a"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(generate, 1, 0)
    generate.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    picture.pts = 0
    graph.push(picture)
    graph.push(None)
    made = graph.pull()
    assert isinstance(made, av.VideoFrame)
    return made


def write_pictures(
    joint: Joint, pattern: Path, require_free: Callable[[Path], None] = lambda path: None
) -> int:
    """Write one PNG per frame, `frame-%05d.png` counted from 1; returns how many.

    Args:
        joint: What is written.
        pattern: The files, with a place for the number.
        require_free: Raises for a file that may not be written.

    Raises:
        SinkError: the disk is full.
    """
    count = 0
    for frame in _frames(joint):
        count += 1
        path = pattern.with_name(pattern.name % count)
        require_free(path)
        try:
            replace_whole(path, encode(frame.pixels, ".png", joint.title))
        except OSError as exc:
            raise outputs.write_error(exc, path, f"after {count - 1} pictures") from exc
    return count


def check_pattern(pattern: Path) -> None:
    """Make sure that a name for pictures has a place for the number.

    Raises:
        BadInputError: it has none, or more than one.
    """
    try:
        first, second = pattern.name % 1, pattern.name % 2
    except (TypeError, ValueError):
        first = second = ""
    if not first or first == second:
        raise BadInputError(
            f"{pattern.name} needs a place for the number of the frame, as in frame-%05d.png"
        )


def check_pictures(pattern: Path, frames: int | None, require_free: Callable[[Path], None]) -> None:
    """Make sure that all pictures may be written, before they are painted.

    Args:
        pattern: As `write_pictures` has it.
        frames: How many there will be; None: as many as have such names in the folder.
        require_free: Raises for a file that may not be written.
    """
    there = {path.name for path in pattern.parent.iterdir()}
    for number in range(1, (len(there) if frames is None else frames) + 1):
        if (name := pattern.name % number) in there:
            require_free(pattern.with_name(name))


def _frames(joint: Joint) -> Iterator[Frame]:
    """Decode the segments to pictures with square pixels: PNG and GIF have no others."""
    reader, number, aspect = RgbReader(), 0, joint.target.facts.pixel_aspect
    offset = offset_ticks(joint.target) * joint.target.facts.time_base
    for path in joint.segments:
        with open_segment(path) as container:
            for picture in container.decode(video=0):
                assert picture.pts is not None
                assert picture.time_base is not None
                seconds = float(picture.pts * picture.time_base - offset)
                pixels = _square(reader.read(picture, picture.width, picture.height), aspect)
                yield Frame(np.ascontiguousarray(pixels), number, seconds)
                number += 1


def _square(pixels: Pixels, aspect: Fraction | None) -> Pixels:
    """Stretch a picture whose pixels are `aspect` times as wide as high; never shrink it."""
    if aspect is None or aspect == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))
    return resized(pixels, size)
