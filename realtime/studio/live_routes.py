"""Routes of the live picture: its WebSocket, and remuxing what the page recorded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from realtime.studio.page import Page
from realtime.studio.recordings import KINDS, complete
from realtime.studio.room import Room
from realtime.studio.studio import Studio
from realtime.studio.uploads import receive


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
            await receive(request, clip, studio.settings.limits.recording_bytes)
            await run_in_threadpool(complete, clip, kind, whole)
            return Response(whole.read_bytes(), media_type=f"video/{kind}")

    return [
        WebSocketRoute("/api/live", live),
        Route("/api/recording", recording, methods=["POST"]),
    ]
