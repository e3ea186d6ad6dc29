"""HTTP route of the list of styles, read at every request: those in training appear."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from realtime.network.library import find_bundles
from realtime.studio.studio import Studio


def routes(_studio: Studio) -> list[BaseRoute]:
    """Return the routes of the list of styles."""

    def styles(_request: Request) -> Response:
        return JSONResponse({"bundles": list_styles()})

    return [Route("/api/styles", styles)]


def list_styles() -> list[dict[str, Any]]:
    """Return every bundle with its styles, the user's after those that ship.

    `added` is the index of the style that a bundle was made to add, or None; `changed` the time of
    its file, in seconds since 1970, which grows while the style is in training.
    """
    return [
        {
            "bundle": entry.name,
            "added": entry.card.added_style,
            "changed": entry.path.stat().st_mtime,
            "styles": [asdict(style) for style in entry.card.styles],
        }
        for entry in find_bundles()
    ]
