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
from realtime.naming import truncate_name
from realtime.reading import HEAD_BYTES, file_kind
from realtime.studio import looks, uploads
from realtime.studio.command_line import file_command
from realtime.studio.jobs import Job, JobStore, titled
from realtime.studio.painting_queue import STOPPING, PaintingQueue
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
"""Content types of what browsers may show; everything else is sent as bytes."""


def routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of dropped files; opens their queue, which closes with the studio."""
    queue = PaintingQueue(studio.settings, JobStore(studio.settings.folder / "jobs"))
    studio.ending.callback(queue.close)
    return _FileRoutes(queue, studio.settings.limits).routes()


class _FileRoutes:
    """Request handlers of dropped files."""

    def __init__(self, queue: PaintingQueue, limits: Limits) -> None:
        self._queue, self._limits = queue, limits

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/files", self.listed),
            Route("/api/files", self.received, methods=["POST"]),
            Route("/api/files/{name}", self.removed, methods=["DELETE"]),
            Route("/api/files/{name}/{what}", self.file),
            Route("/api/files/{name}/{what}", self.update, methods=["POST"]),
        ]

    def listed(self, _request: Request) -> Response:
        """Answer with all jobs, the newest first."""
        return JSONResponse({"jobs": [self._facts(job) for job in self._queue.store]})

    async def received(self, request: Request) -> Response:
        """Receive a file: the query has its name and look, the body is its content."""
        store = self._queue.store
        look = looks.validate_look(_parsed(request.query_params.get("look", "{}")))
        title = titled(request.query_params.get("name", ""), "a file without a name")
        job = Job(store.new_name(), title, look)
        path = store.original(job)
        try:
            await uploads.receive(request, path, self._limits, uploads.check_to_paint)
        except HTTPException:
            store.discard(job.name)
            raise
        job.kind = "picture" if _kind(path).endswith("picture") else "film"  # GIFs may turn out one
        self._queue.add(job)
        return JSONResponse(self._facts(job), status_code=201)

    async def update(self, request: Request) -> Response:
        """Pause, resume or cancel a job, or paint it in another look."""
        job, what = self._job(request), request.path_params["what"]
        if what in STOPPING:
            self._queue.stop(job, what)
        elif what == "resume":
            self._queue.resume(job)
        elif what == "paint":
            self._queue.resume(job, looks.validate_look(_parsed(await request.body())))
        else:
            raise HTTPException(404, f"expected pause, cancel, resume or paint, got {what!r}")
        return JSONResponse(self._facts(job))

    def removed(self, request: Request) -> Response:
        """Delete a job with all its files."""
        self._queue.remove(self._job(request))
        return JSONResponse({})

    def file(self, request: Request) -> Response:
        """Answer with the original or its painting; ranges are supported."""
        job, what = self._job(request), request.path_params["what"]
        if what == "original":
            path, name = self._queue.store.original(job), job.title
        elif what == "result" and job.result:
            path, name = self._queue.store.path(job, job.result), result_title(job)
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
        job = self._queue.store.get(request.path_params["name"])
        if job is None:
            raise HTTPException(404, "there is no such file any more: perhaps it was removed")
        return job

    def _facts(self, job: Job) -> dict[str, Any]:
        return self._queue.facts(job) | {
            "command": file_command(job.look, job.title, job.kind),
            "saved_as": result_title(job) if job.result else "",
        }


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except ValueError as exc:
        raise BadInputError("the look cannot be read: expected JSON") from exc


def result_title(job: Job) -> str:
    """Return the file name of a download: `clip-starry-night.mp4`."""
    style = "+".join(part.partition(":")[0] for part in str(job.look["style"]).split(","))
    return truncate_name(Path(job.title).stem, f"-{style}{Path(job.result).suffix}")


def media_type(path: Path) -> str:
    """Return the content type of a file, by its content."""
    return TYPES.get(_kind(path), "application/octet-stream")


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        return file_kind(file.read(HEAD_BYTES)) or ""
