"""Segments become an animated GIF, or one picture per frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.stream import VideoStream

from realtime.errors import BadInputError
from realtime.film.encoded import open_segment
from realtime.film.join import Joint
from realtime.film.segment_sink import offset_ticks
from realtime.folders import replace_whole
from realtime.frame import Frame
from realtime.media.colour import RgbReader
from realtime.provenance import signed
from realtime.sinks import outputs

GIF_CLOCK = Fraction(1, 100)
"""GIF counts hundredths of a second."""
SHORTEST_TICKS = 2
"""Players show pictures of one hundredth for ten."""


def write_gif(joint: Joint, out: Path) -> int:
    """Write an animated GIF with a palette of its own for every picture; returns how many.

    Raises:
        SinkError: the disk is full.
    """
    count, shift, last = 0, joint.window.shift_seconds, -SHORTEST_TICKS
    try:
        with av.open(f"file:{out}", "w", format="gif") as container:
            stream: VideoStream | None = None
            for frame in _frames(joint):
                picture = av.VideoFrame.from_ndarray(frame.pixels, format="rgb24")
                if stream is None:
                    rate = Fraction(joint.target.rate_fps).limit_denominator(1000)
                    added = container.add_stream("gif", rate=rate, time_base=GIF_CLOCK)
                    assert isinstance(added, VideoStream)
                    stream = added
                    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
                palette = _with_palette(picture)
                last = max(round((frame.pts_seconds - shift) * 100), last + SHORTEST_TICKS)
                palette.pts, palette.time_base = last, GIF_CLOCK
                palette.duration = max(SHORTEST_TICKS, round(100 / joint.target.rate_fps))
                container.mux(stream.encode(palette))
                count += 1
            if stream is not None:
                container.mux(stream.encode(None))
        replace_whole(out, signed(out.read_bytes(), joint.title))
    except (av.FFmpegError, OSError) as exc:
        out.unlink(missing_ok=True)
        raise outputs.write_error(exc, out, f"after {count} frames") from exc
    return count


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
    from realtime.sinks.images_sink import encode

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
    """Ask for all pictures, before they are painted, whether they may be written.

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
    """Decode the segments."""
    reader, number = RgbReader(), 0
    offset = offset_ticks(joint.target) * joint.target.facts.time_base
    for path in _holding_something(joint.segments):
        with open_segment(path) as container:
            for picture in container.decode(video=0):
                assert picture.pts is not None
                assert picture.time_base is not None
                seconds = float(picture.pts * picture.time_base - offset)
                pixels = reader.read(picture, picture.width, picture.height)
                yield Frame(np.ascontiguousarray(pixels), number, seconds)
                number += 1


def _holding_something(segments: Sequence[Path]) -> Iterator[Path]:
    return (path for path in segments if path.stat().st_size)
