"""HTTP routes of training: upload a painting, follow, stop, rename and delete its job."""

from __future__ import annotations

import json
import secrets
import shlex
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from realtime.errors import BadInputError
from realtime.reading import is_safetensors
from realtime.studio import uploads
from realtime.studio.file_routes import media_type
from realtime.studio.jobs import titled
from realtime.studio.studio import Studio
from realtime.studio.training_jobs import (
    MINUTES,
    MOST_MINUTES,
    START,
    TrainingJob,
    TrainingJobStore,
    free_name,
    require_free,
)
from realtime.studio.training_material import WEIGHTS, photographs_folder, weights_folder
from realtime.studio.training_runner import TrainingRunner


def routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of this part."""
    runner = TrainingRunner(studio.settings, TrainingJobStore(studio.settings.folder / "lessons"))
    studio.ending.callback(runner.close)
    return _TrainingRoutes(studio, runner).routes()


class _TrainingRoutes:
    """Request handlers of the training jobs."""

    def __init__(self, studio: Studio, runner: TrainingRunner) -> None:
        self._settings, self._runner = studio.settings, runner

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/learn", self.listed),
            Route("/api/learn", self.begun, methods=["POST"]),
            Route("/api/learn/material/{what}", self.material, methods=["POST"]),
            Route("/api/learn/{name}", self.removed, methods=["DELETE"]),
            Route("/api/learn/{name}/{what}", self.file),
            Route("/api/learn/{name}/{what}", self.update, methods=["POST"]),
        ]

    def listed(self, _request: Request) -> Response:
        """Answer with all jobs, the newest first, and what there is to train with."""
        material = self._runner.material()
        return JSONResponse({
            "lessons": [self._facts(job) for job in self._runner.store],
            "photographs": material.count,
            "needs": list(material.needs),
            "advice": material.advice,
            "minutes": MINUTES,
        })  # fmt: skip

    async def begun(self, request: Request) -> Response:
        """Receive a painting and train its style; see `_asked` for the query parameters."""
        job = await run_in_threadpool(_asked, request)
        await run_in_threadpool(self._runner.require_ready)
        path = self._runner.store.painting(job)
        self._made(path.parent)
        try:
            await self._receive(request, path, uploads.check_picture)
            await run_in_threadpool(self._runner.begin, job)
        except (HTTPException, BadInputError):
            self._runner.store.remove(job)
            raise
        return JSONResponse(self._facts(job), status_code=201)

    async def material(self, request: Request) -> Response:
        """Receive a photograph or VGG's weights."""
        what, coming = request.path_params["what"], secrets.token_hex(8)
        if what == "photograph":
            if self._settings.content is not None:
                raise BadInputError(
                    f"the studio learns with the photographs in {self._settings.content}, and "
                    "puts nothing there: open it without --content to drop photographs"
                )
            folder = self._made(photographs_folder(self._settings))
            await self._receive(request, folder / f"{coming}.picture", uploads.check_picture)
        elif what == "weights":
            path = self._made(weights_folder(self._settings)) / coming
            await self._receive(request, path, uploads.check_weights)
            with path.open("rb") as file:
                suffix = ".safetensors" if is_safetensors(file.read(16)) else ".pth"
            path.replace(path.with_name(Path(WEIGHTS).stem + suffix))
        else:
            raise HTTPException(404, f"nothing is learned with {what!r}")
        return JSONResponse({"needs": list(self._runner.material().needs)}, status_code=201)

    async def _receive(self, request: Request, path: Path, check: uploads.Check) -> None:
        await uploads.receive(request, path, self._settings.limits, check)

    def update(self, request: Request) -> Response:
        """Stop or resume a job, or rename its style."""
        job, what = self._job(request), request.path_params["what"]
        if what == "stop":
            self._runner.stop(job)
        elif what == "resume":
            self._runner.begin(job)
        elif what == "rename":
            self._runner.rename_style(job, request.query_params.get("style", ""))
        else:
            raise HTTPException(404, f"expected stop, resume or rename, got {what!r}")
        return JSONResponse(self._facts(job))

    def removed(self, request: Request) -> Response:
        """Delete a job and its style."""
        self._runner.remove(self._job(request))
        return JSONResponse({})

    def file(self, request: Request) -> Response:
        """Answer with the painting, the preview, or the bundle as a download."""
        job, what = self._job(request), request.path_params["what"]
        store = self._runner.store
        files = {
            "painting": store.painting(job), "preview": store.preview(job),
            "bundle": store.learned(job),
        }  # fmt: skip
        if what not in files or not files[what].is_file():
            raise HTTPException(404, f"{job.style} has no {what!r} yet")
        if what == "bundle":
            return FileResponse(
                files[what], media_type="application/octet-stream",
                filename=f"{job.style}.safetensors",
            )  # fmt: skip
        return FileResponse(files[what], media_type=media_type(files[what]))

    def _job(self, request: Request) -> TrainingJob:
        job = self._runner.store.get(request.path_params["name"])
        if job is None:
            raise HTTPException(404, "there is no such training any more: perhaps it was removed")
        return job

    @staticmethod
    def _made(folder: Path) -> Path:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise BadInputError(f"{folder} cannot be made: {exc.strerror}") from exc
        return folder

    def _facts(self, job: TrainingJob) -> dict[str, Any]:
        words = ["pleinair", "train", job.title, "--from", START, "--content", "photos/"]
        words += job.options
        return self._runner.facts(job) | {"command": shlex.join(words)}


def _asked(request: Request) -> TrainingJob:
    """Return the job that the query parameters describe.

    Raises:
        BadInputError: one of them is not valid.
    """
    asked = request.query_params
    title = titled(asked.get("name", ""), "a painting without a name")
    manner = asked.get("manner", "quick")
    if manner not in MINUTES:
        raise BadInputError(f"expected quick or thorough, got {json.dumps(manner)}")
    try:
        minutes = float(asked.get("minutes") or MINUTES[manner])
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= MOST_MINUTES:
        raise BadInputError(f"minutes must be above 0, up to {MOST_MINUTES:g}")
    style = asked.get("style") or free_name(title)
    require_free(style)
    return TrainingJob(secrets.token_hex(8), title, style, manner, minutes)
