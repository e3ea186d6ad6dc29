"""Remuxes recordings of a browser, which have neither a duration nor an index."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av

from realtime.errors import BadInputError, one_line

KINDS = {"mp4": "mp4", "webm": "webm"}


def complete(clip: Path, kind: str, target: Path) -> None:
    """Remux a clip with its duration and an index; video and audio are copied.

    Raises:
        BadInputError: it is not a clip of that kind.
    """
    try:
        with ExitStack() as stack:
            source = stack.enter_context(av.open(str(clip), format=KINDS[kind]))
            options = {"movflags": "faststart"} if kind == "mp4" else {"cues_to_front": "1"}
            film = stack.enter_context(av.open(str(target), "w", format=kind, options=options))
            streams: dict[int, Any] = {}
            for stream in source.streams:
                if stream.type in ("video", "audio"):
                    streams[stream.index] = film.add_stream_from_template(stream)
            written = 0
            for packet in source.demux(*(source.streams[index] for index in streams)):
                if packet.dts is None:
                    continue
                packet.stream = streams[packet.stream.index]
                film.mux(packet)
                written += 1
    except (av.error.FFmpegError, OSError, ValueError) as exc:
        raise BadInputError(f"the recording could not be completed: {one_line(exc)}") from exc
    if not written:
        raise BadInputError("the recording holds no pictures")
