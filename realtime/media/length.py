"""Duration and frame rate of a clip, by its header and by its packets."""

from __future__ import annotations

import contextlib
import re
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from realtime.media import clip
from realtime.media.decoding import DECODE_ERRORS, packets

USUAL_RATE_FPS = 25.0
MATROSKA_DURATION = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
"""How Matroska tags the length of one stream; its header knows that of the longest only."""
ONE_LENGTH = frozenset({"asf"})
"""Kinds of file for which FFmpeg takes the length of the whole for that of every stream."""


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
    with clip.open_container(path) as container, contextlib.suppress(*DECODE_ERRORS):
        start = Fraction(container.start_time or 0, av.time_base)
        return any(
            packet.pts is not None and packet.pts * packet.time_base - start >= seconds
            for packet in packets(container)
        )
    return False
