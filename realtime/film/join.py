"""Joins segments into a film without encoding again; muxes sound, subtitles and chapters."""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from realtime.errors import SinkError
from realtime.film.encoded import DtsGenerator, encoded_pictures
from realtime.film.stream_copy import StreamCopy, StreamPlan, TimeRange, open_stream_copy
from realtime.machine import ordinary_scheduling
from realtime.media.colour import YuvWriter
from realtime.media.decoding import AnyPacket
from realtime.sinks import outputs
from realtime.sinks.encoding import add_picture_stream
from realtime.sinks.video_writer import Target

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Joint:
    """Parameters of a join."""

    segments: Sequence[Path]
    """Those that hold a picture: where nothing could be decoded, there is an empty file."""
    target: Target
    original: Path
    window: TimeRange
    title: str
    """Says in the file's metadata what it is, see `realtime.provenance`."""
    stream_plan: StreamPlan | None = None
    """What goes along with the pictures; None: not even titles and chapters."""
    shifts: Sequence[Fraction] = ()
    """What is added to the original's times (`clock.PictureClock.shifts`)."""
    last_seconds: float | None = None
    """For how long the last picture is shown; None: one frame."""
    is_whole: bool = True
    """False: the film ends with its last segment, the sound with it."""


def join(joint: Joint, out: Path) -> int:
    """Write the film to `out`, which need not have its final name; returns how many pictures.

    Raises:
        SinkError: the disk is full, or a segment is damaged.
    """
    ticks = [picture.tick for picture in encoded_pictures(joint.segments, joint.target)]
    if not ticks:
        raise SinkError(f"no frame was painted: {out} was not written")
    last = joint.last_seconds or 1 / joint.target.rate_fps
    clock = DtsGenerator(ticks, max(1, round(last / joint.target.facts.time_base)))
    choices = list(joint.stream_plan.lighter()) if joint.stream_plan else [None]
    for number, stream_plan in enumerate(choices, 1):
        try:
            _join(replace(joint, stream_plan=stream_plan), out, clock)
        except (av.FFmpegError, OSError, ValueError) as exc:
            if number == len(choices) or getattr(exc, "errno", None) in outputs.FULL:
                raise outputs.write_error(exc, out, "while the segments were joined") from exc
            # The pictures are painted: a film with less beside them is better than none.
            LOGGER.warning(
                "%s cannot be written so (%s); trying again %s",
                joint.original.name, exc,
                "with its sound encoded" if number == 1 else "without anything but the pictures",
            )  # fmt: skip
        else:
            break
    return len(ticks)


def _join(joint: Joint, out: Path, clock: DtsGenerator) -> None:
    """Write the film; an incomplete file is removed."""
    try:
        with _opened(joint, out) as (container, stream):
            copied = None
            if joint.stream_plan is not None:
                copied = open_stream_copy(
                    joint.original, container, joint.target.recipe, joint.window, joint.stream_plan,
                    joint.shifts,
                )  # fmt: skip
            _sign(container, joint.title)
            with copied if copied else contextlib.nullcontext():
                _write(joint, container, stream, copied, clock)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _write(
    joint: Joint,
    container: OutputContainer,
    stream: VideoStream,
    copied: StreamCopy | None,
    clock: DtsGenerator,
) -> None:
    base = joint.target.facts.time_base
    shift = round(joint.window.shift_seconds / base)
    for number, picture in enumerate(encoded_pictures(joint.segments, joint.target)):
        packet: AnyPacket = Packet(picture.data)
        packet.stream, packet.time_base = stream, base
        packet.pts, packet.dts = picture.tick - shift, clock.decoded(number) - shift
        packet.duration = clock.lasts(picture.tick)
        packet.is_keyframe = picture.is_key
        container.mux(packet)
        if copied:
            copied.mux_until(float(clock.decoded(number) * base))
    if copied:
        copied.mux_until(math.inf if joint.is_whole else float(clock.end * base))
        copied.flush()


@contextlib.contextmanager
def _opened(joint: Joint, out: Path) -> Iterator[tuple[OutputContainer, VideoStream]]:
    """Open the film with a stream as the segments' encoder described it."""
    target, recipe = joint.target, joint.target.recipe
    with av.open(f"file:{joint.segments[0]}", "r", format="nut") as segment:
        painted = segment.streams.video[0]
        size, pixel_format = (painted.width, painted.height), painted.pix_fmt or "yuv420p"
    options = dict(recipe.container_options)
    if recipe.container in ("mp4", "mov"):
        # In units of this MP4 writes down when the film begins; by default milliseconds.
        clock = target.facts.time_base.denominator
        options["movie_timescale"] = str(clock * math.ceil(1000 / clock))
    with av.open(
        f"file:{out}", "w", format=recipe.container, container_options=options
    ) as container:
        stream = add_picture_stream(
            container, recipe, size=size, rate_fps=target.rate_fps,
            time_base=target.facts.time_base, pixel_aspect=target.facts.pixel_aspect,
        )  # fmt: skip
        # The settings of the segments' encoder, hence its headers; it encodes nothing here.
        YuvWriter(size[1], pixel_format, target.facts.colour).tag(stream.codec_context)
        with ordinary_scheduling():
            stream.codec_context.open(strict=False)
        yield container, stream


def _sign(container: OutputContainer, title: str) -> None:
    """Append our note to the file's comment."""
    key = next((key for key in container.metadata if key.lower() == "comment"), "comment")
    before = container.metadata.get(key)
    container.metadata[key] = f"{before}; {title}" if before and title not in before else title
