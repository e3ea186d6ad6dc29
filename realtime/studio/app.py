"""The ASGI application: the page, its static files, and the routes of its parts."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from realtime.errors import PleinairError
from realtime.studio import file_routes, learn_routes, live_routes, style_routes
from realtime.studio.guard import Guard
from realtime.studio.studio import Studio

STATIC = Path(__file__).parent / "static"
PARTS = (style_routes, live_routes, file_routes, learn_routes)
"""Each has `routes(studio)`, which returns its routes, all of them below `/api/`."""


def create_app(studio: Studio) -> Starlette:
    """Return the ASGI application of a studio."""

    def page(_request: Request) -> Response:
        text = (STATIC / "index.html").read_text(encoding="utf-8")
        return HTMLResponse(text.replace('"TOKEN"', f'"{studio.token}"'))

    routes = [
        Route("/", page),
        *(route for part in PARTS for route in part.routes(studio)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, studio=studio)],
        exception_handlers={PleinairError: _bad_input, HTTPException: _http_error},
    )


def _bad_input(_request: Request, exc: Exception) -> Response:
    """Answer an error with its message, as the command line does."""
    return JSONResponse({"error": str(exc)}, status_code=400)


def _http_error(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    return JSONResponse({"error": exc.detail}, status_code=exc.status_code, headers=exc.headers)
