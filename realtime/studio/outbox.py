"""Send queue of a WebSocket: all texts, the newest frame, the newest picture of each style."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any

from starlette.websockets import WebSocket, WebSocketState

from realtime.clockwork import monotonic

BEHIND_SECONDS = 0.5
"""A page that has not drawn its frame after so long is asleep: nothing is encoded for it."""


class Outbox:
    """Queue of outgoing messages. All methods but `send` are thread-safe and do not block."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket, self._loop = websocket, asyncio.get_running_loop()
        self._texts: deque[str] = deque()
        self._wall: OrderedDict[int, bytes] = OrderedDict()
        self._frame: Sequence[bytes] = ()
        self._on_its_way = False
        self._sent_at = 0.0
        self._filled = asyncio.Event()
        self._closed = False
        self.replaced = 0
        """How many frames newer ones have replaced."""

    @property
    def is_behind(self) -> bool:
        """Whether the page has had a frame for long without drawing it."""
        return self._on_its_way and monotonic() - self._sent_at > BEHIND_SECONDS

    def say(self, kind: str, **values: Any) -> None:  # noqa: ANN401 - whatever JSON knows
        """Send a JSON message: `{"type": kind, ...}`."""
        text = json.dumps({"type": kind, **values})
        self._call(lambda: self._texts.append(text))

    def hang(self, number: int, message: bytes) -> None:
        """Send a picture of the wall; a newer one of the same place replaces it."""
        self._call(lambda: self._wall.update({number: message}))

    def show(self, messages: Sequence[bytes]) -> None:
        """Send a frame, when the page has drawn the one before it; a newer one replaces it."""
        self._call(lambda: self._take(messages))

    def drawn(self) -> None:
        """Note that the page has drawn the last frame."""

        def take_note() -> None:
            self._on_its_way = False

        self._call(take_note)

    def close(self) -> None:
        """Let `send` return."""

        def end() -> None:
            self._closed = True

        self._call(end)

    async def send(self) -> None:
        """Send for as long as the page is connected."""
        while not self._closed:
            await self._filled.wait()
            self._filled.clear()
            while (message := self._next()) is not None:
                if self._websocket.client_state is not WebSocketState.CONNECTED:
                    return
                if isinstance(message, str):
                    await self._websocket.send_text(message)
                else:
                    await self._websocket.send_bytes(message)

    def _next(self) -> str | bytes | None:
        if self._texts:
            return self._texts.popleft()
        if self._frame and not self._on_its_way:
            first, *rest = self._frame
            self._frame = rest
            if not rest:
                self._on_its_way, self._sent_at = True, monotonic()
            return first
        if self._wall:
            return self._wall.popitem(last=False)[1]
        return None

    def _take(self, messages: Sequence[bytes]) -> None:
        self.replaced += bool(self._frame)
        self._frame = messages

    def _call(self, change: Any) -> None:  # noqa: ANN401
        def changed() -> None:
            change()
            self._filled.set()

        try:
            self._loop.call_soon_threadsafe(changed)
        except RuntimeError:  # the loop has ended, and the page with it
            self._closed = True
