"""Access control of the studio: only requests of its own page, with the token, are answered.

A browser lets any page of the web send requests to this machine. So everything behind `/api/`
needs the token, which such a page cannot read, and whatever changes something needs our own Origin;
a name that was made to point to this machine (DNS rebinding) is refused by its Host.
"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from realtime.studio.studio import Studio

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
TOKEN_HEADER = "x-pleinair-token"
SAFE_METHODS = frozenset({"GET", "HEAD"})
REFUSED = 4403
"""Close code of a WebSocket that is refused."""
HEADERS = {
    # The page creates pictures and clips itself (blob:); nothing is loaded from elsewhere.
    "content-security-policy": "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), fullscreen=(self)",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Guard:
    """ASGI middleware that checks Host, Origin and token, and adds the security headers."""

    def __init__(self, app: ASGIApp, studio: Studio) -> None:
        self._app, self._studio = app, studio

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with a message."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        why = self.refusal(scope)
        if scope["type"] == "websocket":
            if why:
                await _refuse_websocket(why, receive, send)
            else:
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        app = _refused(scope, why) if why else self._app
        await app(scope, receive, send_with_headers)

    def refusal(self, scope: Scope) -> str:
        """Say why a request is refused; empty: it is not."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._studio.settings.host is None and _name_of(host) not in LOCAL_NAMES:
            return f"this studio answers to localhost alone, not to {host!r}"
        is_api = scope["path"].startswith("/api/")
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        origin = headers.get("origin")
        same = origin is not None and origin.partition("://")[2] == host
        if not same and (changes or (is_api and origin is not None)):
            return f"this comes from {origin or 'no page'}, not from the studio's own page"
        is_page = not is_api and not scope["path"].startswith("/static/")
        needs_token = is_api or changes or (is_page and self._studio.settings.host is not None)
        if needs_token and not self._knows_token(scope, headers):
            return "the token is missing or wrong: open the address that `pleinair studio` printed"
        return ""

    def _knows_token(self, scope: Scope, headers: Headers) -> bool:
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        given = headers.get(TOKEN_HEADER) or (asked.get("token") or [""])[0]
        return hmac.compare_digest(given.encode(), self._studio.token.encode())


def _name_of(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


def _refused(scope: Scope, why: str) -> Response:
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": why}, status_code=403)
    return PlainTextResponse(f"{why[0].upper()}{why[1:]}.\n", status_code=403)


async def _refuse_websocket(why: str, receive: Receive, send: Send) -> None:
    """Accept and close it with the reason: only then does a browser give the reason to the page."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": REFUSED, "reason": why[:120]})
