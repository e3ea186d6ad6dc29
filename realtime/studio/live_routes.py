"""Routes of the live picture: its WebSocket, and remuxing what the page recorded."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from realtime.errors import BadInputError, one_line
from realtime.studio.page import Page
from realtime.studio.room import Room
from realtime.studio.studio import Studio
from realtime.studio.uploads import receive

KINDS = {"mp4": "mp4", "webm": "webm"}
"""Containers that browsers record, without a duration or an index."""


def routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of this part; the engine begins to open at once."""
    room = Room(studio.settings)
    studio.ending.callback(room.close)

    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        await Page(websocket, room).serve()

    async def recording(request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        if kind not in KINDS:
            raise HTTPException(400, f"a recording is one of {', '.join(KINDS)}, not {kind!r}")
        with tempfile.TemporaryDirectory(dir=studio.settings.folder) as folder:
            clip, whole = Path(folder) / "recorded", Path(folder) / "whole"
            await receive(request, clip, studio.settings.limits)
            await run_in_threadpool(remux, clip, kind, whole)
            return Response(whole.read_bytes(), media_type=f"video/{kind}")

    return [WebSocketRoute("/api/live", live), Route("/api/recording", recording, methods=["POST"])]


def remux(clip: Path, kind: str, target: Path) -> None:
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
