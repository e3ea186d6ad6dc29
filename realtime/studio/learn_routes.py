"""Learn a style: a painting that is dropped on the page."""

from __future__ import annotations

import json
import secrets
import shlex
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from realtime.errors import BadInputError
from realtime.studio import uploads
from realtime.studio.file_routes import media_type, refusal
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
from realtime.studio.studio import Studio
from realtime.studio.uploads import RefusedError


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
            await uploads.receive(request, path, self._settings.limits, only="picture")
            await run_in_threadpool(self._school.begin, lesson)
        except (RefusedError, BadInputError, ClientDisconnect) as exc:
            self._school.store.remove(lesson)
            if isinstance(exc, RefusedError):
                return refusal(exc)
            raise
        return JSONResponse(self._facts(lesson), status_code=201)

    async def material(self, request: Request) -> Response:
        """Take in a photograph or VGG's weights."""
        what = request.path_params["what"]
        try:
            if what == "photograph":
                if self._settings.content is not None:
                    raise BadInputError(
                        f"the studio learns with the photographs in {self._settings.content}, and "
                        "puts nothing there: open it without --content to drop photographs"
                    )
                folder = self._made(photographs_folder(self._settings))
                path = folder / f"{secrets.token_hex(8)}.picture"
                await uploads.receive(request, path, self._settings.limits, only="picture")
            elif what == "weights":
                await self._take_weights(request)
            else:
                raise HTTPException(404, f"nothing is learned with {what!r}")
        except RefusedError as exc:
            return refusal(exc)
        return JSONResponse({"needs": list(self._school.material().needs)}, status_code=201)

    async def _take_weights(self, request: Request) -> None:
        folder = self._made(weights_folder(self._settings))
        coming = folder / f"{secrets.token_hex(8)}.coming"
        await uploads.receive(request, coming, self._settings.limits, only="weights")
        with coming.open("rb") as file:
            is_safe = file.read(9)[8:] == b"{"
        coming.replace(
            folder / (Path(WEIGHTS).with_suffix(".safetensors").name if is_safe else WEIGHTS)
        )

    def told(self, request: Request) -> Response:
        """Stop a lesson, go on with it, or call its style otherwise."""
        lesson, what = self._lesson(request), request.path_params["what"]
        if what == "stop":
            self._school.stop(lesson)
        elif what == "resume":
            self._school.begin(lesson)
        elif what == "rename":
            self._school.rename(lesson, request.query_params.get("style", ""))
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
        words += ["--minutes", f"{lesson.minutes:g}", "--name", lesson.style]
        words += ["--everything"] if lesson.manner == "thorough" else []
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
