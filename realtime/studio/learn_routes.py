"""Learn a style: a painting that is dropped on the page."""

from __future__ import annotations

import json
import secrets
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from realtime.errors import BadInputError
from realtime.reading import is_safetensors
from realtime.studio import intake, uploads
from realtime.studio.file_routes import media_type
from realtime.studio.jobs import titled
from realtime.studio.lessons import (
    MINUTES,
    MOST_MINUTES,
    START,
    Lesson,
    LessonStore,
    free_name,
    require_free,
)
from realtime.studio.material import WEIGHTS, photographs_folder, weights_folder
from realtime.studio.school import School
from realtime.studio.settings import Limits
from realtime.studio.studio import Studio


def routes(studio: Studio) -> list[BaseRoute]:
    """Return the routes of this part."""
    school = School(studio.settings, LessonStore(studio.settings.folder / "lessons"))
    studio.ending.callback(school.close)
    return _Learn(studio, school).routes()


class _Learn:
    """The routes, and the school behind them."""

    def __init__(self, studio: Studio, school: School) -> None:
        self._settings, self._school = studio.settings, school

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/learn", self.listed),
            Route("/api/learn", self.begun, methods=["POST"]),
            Route("/api/learn/material/{what}", self.material, methods=["POST"]),
            Route("/api/learn/{name}", self.removed, methods=["DELETE"]),
            Route("/api/learn/{name}/{what}", self.file),
            Route("/api/learn/{name}/{what}", self.told, methods=["POST"]),
        ]

    def listed(self, _request: Request) -> Response:
        """Answer with all lessons, the newest first, and what there is to learn with."""
        material = self._school.material()
        return JSONResponse({
            "lessons": [self._facts(lesson) for lesson in self._school.store],
            "photographs": material.count,
            "needs": list(material.needs),
            "advice": material.advice,
            "minutes": MINUTES,
        })  # fmt: skip

    async def begun(self, request: Request) -> Response:
        """Take in a painting and learn from it: `name`, `style`, `manner`, `minutes`."""
        lesson = await run_in_threadpool(_asked, request)
        await run_in_threadpool(self._school.require_ready)
        path = self._school.store.painting(lesson)
        self._made(path.parent)
        try:
            await self._receive(request, path, intake.picture)
            await run_in_threadpool(self._school.begin, lesson)
        except (HTTPException, BadInputError):
            self._school.store.remove(lesson)
            raise
        return JSONResponse(self._facts(lesson), status_code=201)

    async def material(self, request: Request) -> Response:
        """Take in a photograph or VGG's weights."""
        what, coming = request.path_params["what"], secrets.token_hex(8)
        if what == "photograph":
            if self._settings.content is not None:
                raise BadInputError(
                    f"the studio learns with the photographs in {self._settings.content}, and "
                    "puts nothing there: open it without --content to drop photographs"
                )
            folder = self._made(photographs_folder(self._settings))
            await self._receive(request, folder / f"{coming}.picture", intake.picture)
        elif what == "weights":
            path = self._made(weights_folder(self._settings)) / coming
            await self._receive(request, path, intake.weights)
            with path.open("rb") as file:
                suffix = ".safetensors" if is_safetensors(file.read(16)) else ".pth"
            path.replace(path.with_name(Path(WEIGHTS).stem + suffix))
        else:
            raise HTTPException(404, f"nothing is learned with {what!r}")
        return JSONResponse({"needs": list(self._school.material().needs)}, status_code=201)

    async def _receive(
        self, request: Request, path: Path, judge: Callable[[Limits], Callable[[bytes], int]]
    ) -> None:
        limits = self._settings.limits
        await uploads.receive(request, path, limits.upload_bytes, judge(limits))

    def told(self, request: Request) -> Response:
        """Stop a lesson, go on with it, or call its style otherwise."""
        lesson, what = self._lesson(request), request.path_params["what"]
        if what == "stop":
            self._school.stop(lesson)
        elif what == "resume":
            self._school.begin(lesson)
        elif what == "rename":
            self._school.call_otherwise(lesson, request.query_params.get("style", ""))
        else:
            raise HTTPException(404, f"a lesson knows no {what!r}")
        return JSONResponse(self._facts(lesson))

    def removed(self, request: Request) -> Response:
        """Delete a lesson with its style."""
        self._school.remove(self._lesson(request))
        return JSONResponse({})

    def file(self, request: Request) -> Response:
        """Answer with the painting, the preview, or the bundle to keep elsewhere."""
        lesson, what = self._lesson(request), request.path_params["what"]
        store = self._school.store
        files = {
            "painting": store.painting(lesson), "preview": store.preview(lesson),
            "bundle": store.learned(lesson),
        }  # fmt: skip
        if what not in files or not files[what].is_file():
            raise HTTPException(404, f"{lesson.style} has no {what!r} yet")
        if what == "bundle":
            return FileResponse(
                files[what], media_type="application/octet-stream",
                filename=f"{lesson.style}.safetensors",
            )  # fmt: skip
        return FileResponse(files[what], media_type=media_type(files[what]))

    def _lesson(self, request: Request) -> Lesson:
        lesson = self._school.store.get(request.path_params["name"])
        if lesson is None:
            raise HTTPException(404, "there is no such lesson any more: perhaps it was removed")
        return lesson

    @staticmethod
    def _made(folder: Path) -> Path:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise BadInputError(f"{folder} cannot be made: {exc.strerror}") from exc
        return folder

    def _facts(self, lesson: Lesson) -> dict[str, Any]:
        words = ["pleinair", "train", lesson.title, "--from", START, "--content", "photos/"]
        words += lesson.wishes
        return self._school.facts(lesson) | {"command": shlex.join(words)}


def _asked(request: Request) -> Lesson:
    """Return the lesson that a page asks for.

    Raises:
        BadInputError: something of it is not understood.
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
    return Lesson(secrets.token_hex(8), title, style, manner, minutes)
