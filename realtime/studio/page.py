"""The WebSocket of a page: handles its messages, sends it state, figures and pictures."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from realtime.clockwork import monotonic
from realtime.errors import BadInputError, PleinairError
from realtime.frame import MIN_SIDE_PX
from realtime.live.controls import TABLE
from realtime.studio.browser import BrowserSource
from realtime.studio.frame_requests import FrameRequests
from realtime.studio.outbox import Outbox
from realtime.studio.room import BROWSER, Room
from realtime.studio.wire import Picture

log = logging.getLogger(__name__)
FIGURES_SECONDS = 0.5
OF_WINDOWS = {"tab", "escape", "q", "?"}
"""Keys of the live window that have another meaning in a page."""
LARGEST_RATE_FPS = 240.0


class Page:
    """Connection to one page. All methods run on the server's loop, except `next_frame`."""

    def __init__(self, websocket: WebSocket, room: Room) -> None:
        self._websocket, self._room = websocket, room
        self._loop = asyncio.get_running_loop()
        self.outbox = Outbox(websocket)
        self._source: BrowserSource | None = None
        self._requests = FrameRequests()

    async def serve(self) -> None:
        """Handle messages until the page disconnects."""
        room = self._room
        room.enter(self)
        self._greet()
        tasks = [asyncio.create_task(self.outbox.send()), asyncio.create_task(self._report())]
        try:
            await self._listen()
        except WebSocketDisconnect:
            pass
        finally:
            room.leave(self)
            self.outbox.close()
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                    await task

    def next_frame(self, seconds: float) -> None:
        """See `room.Visitor`; called on the thread that paints, when it begins a painting."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._ask_after, seconds)

    def _ask_after(self, seconds: float) -> None:
        self._loop.call_later(self._requests.delay(seconds), self._ask)

    def _ask(self) -> None:
        self.outbox.say("next")
        self._requests.asked(monotonic())

    def _greet(self) -> None:
        room = self._room
        keys = [
            {"keys": [key for key in keys if key not in OF_WINDOWS], "words": words}
            for keys, words, _ in TABLE
            if not OF_WINDOWS.issuperset(keys)
        ]
        self.outbox.say(
            "hello", owner=room.owner is self, fresh=room.is_fresh, raw=room.settings.host is None,
            keys=keys,
            offers=[vars(offer) for offer in room.offers()],
        )  # fmt: skip
        self.outbox.say("state", state=room.state())
        self.outbox.say("wall", **room.wall_list())
        for picture in room.wall.pictures():
            self.outbox.hang(int.from_bytes(picture[8:12], "little"), picture)

    async def _listen(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data, text = message.get("bytes"), message.get("text")
            try:
                if data is not None:
                    self._take_frame(data)
                elif text is not None:
                    self._answer(text)
            except PleinairError as exc:
                self.outbox.say("refused", sentence=str(exc))

    def _take_frame(self, data: bytes) -> None:
        self._requests.arrived(monotonic())
        if self._source is not None:
            self._source.put(Picture.from_bytes(data))

    def _answer(self, text: str) -> None:
        """Handle a message of the page.

        Raises:
            PleinairError: it is not valid, or cannot be carried out.
        """
        try:
            values = json.loads(text)
            kind = values.pop("type")
        except (ValueError, AttributeError, KeyError, TypeError):
            raise BadInputError("a message that cannot be read") from None
        room = self._room
        if kind == "drawn":
            self.outbox.drawn()
        elif kind == "start":
            self._start(values)
        elif kind == "stop" and room.owner is self:
            room.stop()
        elif kind == "take":
            room.take(self)
            self._say_state()
        elif kind == "key" and room.owner is self:
            room.switcher.press(str(values.get("key", "")))
            self._say_state()
        elif kind == "set" and room.owner is self:
            room.switcher.apply(values)
            self._say_state()

    def _say_state(self) -> None:
        self.outbox.say("state", state=self._room.state())

    def _start(self, values: dict[str, Any]) -> None:
        key = values.get("source")
        if key not in [offer.key for offer in self._room.offers()]:
            raise BadInputError(f"there is no source {key!r}")
        self.outbox.drawn()  # frames in flight belong to another source
        if key != BROWSER:
            self._source = None
            self._room.start(self, key, self._room.server_source(key))
        else:
            source = browser_source(values, self._room)
            self._source = source
            self._room.start(self, key, lambda: source)
        self._say_state()

    async def _report(self) -> None:
        """Send figures and changes of the state a few times a second."""
        told = None
        while True:
            await asyncio.sleep(FIGURES_SECONDS)
            if self._room.owner is not self:
                continue
            if (figures := self._room.figures()) is not None:
                self.outbox.say("figures", **figures)
            now = self._room.switcher.active.late.ready, self._room.switcher.target.bundle
            if now != told:
                told = now
                self._say_state()


def browser_source(values: dict[str, Any], room: Room) -> BrowserSource:
    """Return the source of a browser's camera, by the page's description.

    Raises:
        BadInputError: size or rate is out of range.
    """
    match values:
        case {"width": int(width), "height": int(height), "rate": int() | float() as rate} if (
            min(width, height) >= MIN_SIDE_PX
            and width * height <= room.settings.limits.frame_px
            and 0 < rate <= LARGEST_RATE_FPS
        ):
            return BrowserSource((width, height), float(rate), room.settings.limits)
    raise BadInputError("the size or rate of the camera is out of range")
