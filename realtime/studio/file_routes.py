"""Files: photographs and clips that are dropped on the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from realtime.errors import BadInputError
from realtime.naming import fitting
from realtime.reading import HEAD_BYTES, kind_of
from realtime.studio import foreman, intake, looks, uploads
from realtime.studio.foreman import Foreman
from realtime.studio.jobs import Job, titled
from realtime.studio.settings import Limits
from realtime.studio.studio import Studio

TYPES = {
    "a JPEG picture": "image/jpeg",
    "a PNG picture": "image/png",
    "a WebP picture": "image/webp",
    "a GIF picture": "image/gif",
    "an AVIF picture": "image/avif",
    "an MP4 or QuickTime video": "video/mp4",
    "a Matroska or WebM video": "video/webm",
}
"""What browsers are told of files that they may show; of all others only that they are bytes."""


def routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of this part."""
    return _Files(
        foreman.begun(studio.settings, studio.ending.callback), studio.settings.limits
    ).routes()


class _Files:
    """The routes, and the jobs behind them."""

    def __init__(self, chief: Foreman, limits: Limits) -> None:
        self._chief, self._limits = chief, limits

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/files", self.listed),
            Route("/api/files", self.taken, methods=["POST"]),
            Route("/api/files/{name}", self.removed, methods=["DELETE"]),
            Route("/api/files/{name}/{what}", self.file),
            Route("/api/files/{name}/{what}", self.told, methods=["POST"]),
        ]

    def listed(self, _request: Request) -> Response:
        """Answer with all jobs, the newest first."""
        return JSONResponse({"jobs": [self._facts(job) for job in self._chief.store]})

    async def taken(self, request: Request) -> Response:
        """Take in a file: its name and its look are in the address, the body is its content."""
        store, limits = self._chief.store, self._limits
        look = looks.checked(_parsed(request.query_params.get("look", "{}")))
        title = titled(request.query_params.get("name", ""), "a file without a name")
        job = Job(store.new_name(), title, look)
        path = store.original(job)
        try:
            await uploads.receive(request, path, limits.upload_bytes, intake.to_paint(limits))
        except HTTPException:
            store.discard(job.name)
            raise
        job.kind = "picture" if _kind(path).endswith("picture") else "film"  # GIFs may turn out one
        self._chief.add(job)
        return JSONResponse(self._facts(job), status_code=201)

    async def told(self, request: Request) -> Response:
        """Pause, resume or cancel a job, or paint it in another look."""
        job, what = self._job(request), request.path_params["what"]
        if what in foreman.STOPPING:
            self._chief.stop(job, what)
        elif what == "resume":
            self._chief.again(job)
        elif what == "paint":
            self._chief.again(job, looks.checked(_parsed(await request.body())))
        else:
            raise HTTPException(404, f"a file knows no {what!r}")
        return JSONResponse(self._facts(job))

    def removed(self, request: Request) -> Response:
        """Delete a job with all its files."""
        self._chief.remove(self._job(request))
        return JSONResponse({})

    def file(self, request: Request) -> Response:
        """Answer with the original or its painting, in parts if the browser asks for them."""
        job, what = self._job(request), request.path_params["what"]
        if what == "original":
            path, name = self._chief.store.original(job), job.title
        elif what == "result" and job.result:
            path, name = self._chief.store.path(job, job.result), result_title(job)
        else:
            raise HTTPException(404, f"{job.title} has no {what!r} yet")
        if not path.is_file():
            raise HTTPException(404, f"the file of {job.title} is gone from the studio's folder")
        saves = "download" in request.query_params
        return FileResponse(
            path, media_type=media_type(path), filename=name,
            content_disposition_type="attachment" if saves else "inline",
        )  # fmt: skip

    def _job(self, request: Request) -> Job:
        job = self._chief.store.get(request.path_params["name"])
        if job is None:
            raise HTTPException(404, "there is no such file any more: perhaps it was removed")
        return job

    def _facts(self, job: Job) -> dict[str, Any]:
        facts = self._chief.facts(job)
        return facts | {
            "command": looks.command(job.look, job.title, job.kind),
            "saved_as": result_title(job) if job.result else "",
        }


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except ValueError as exc:
        raise BadInputError("the look is not understood: expected JSON") from exc


def result_title(job: Job) -> str:
    """Return what a painting is called when it is saved: `clip-starry-night.mp4`."""
    style = "+".join(part.partition(":")[0] for part in str(job.look["style"]).split(","))
    return fitting(Path(job.title).stem, f"-{style}{Path(job.result).suffix}")


def media_type(path: Path) -> str:
    """Return what a browser is told that a file is."""
    return TYPES.get(_kind(path), "application/octet-stream")


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        return kind_of(file.read(HEAD_BYTES)) or ""
