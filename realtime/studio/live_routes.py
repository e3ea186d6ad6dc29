"""Live: the camera, painted while you look."""

from __future__ import annotations

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from realtime.studio.page import Page
from realtime.studio.room import Room
from realtime.studio.studio import Studio


def routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of this part; the engine begins to open at once."""
    room = Room(studio.settings)
    studio.ending.callback(room.close)

    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        await Page(websocket, room).serve()

    return [WebSocketRoute("/api/live", live)]
