"""Has a style learned by a process of its own, and shows it from its first checkpoint on."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from realtime.errors import EXIT_INTERRUPTED, BadInputError, PleinairError
from realtime.studio.lessons import SAVE_EVERY_SECONDS, START, Lesson, LessonStore
from realtime.studio.material import Material, find_material
from realtime.studio.settings import StudioSettings
from realtime.studio.worker import Worker, how_it_ended

WORKER = ("-m", "realtime.studio.lesson_worker")
LOOK_SECONDS = 0.5
LINE_BYTES = 4096
STEPS = re.compile(r"learning .*: step \d+/(\d+), ")
STAGE = re.compile(r"learning .*?: (?!step )(.*)")
"""What a run says of itself, see `train/progress.py`."""


class School:
    """One lesson at a time.

    Args:
        settings: Of the studio.
        store: The lessons.
    """

    def __init__(self, settings: StudioSettings, store: LessonStore) -> None:
        self.store = store
        self._settings = settings
        self._lock = threading.RLock()
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None
        self._current: Lesson | None = None
        self._ended = threading.Event()

    def material(self) -> Material:
        """Return what there is to learn with."""
        return find_material(self._settings)

    def begin(self, lesson: Lesson) -> None:
        """Learn a style, or go on with it.

        Raises:
            BadInputError: another one is being learned, or something is missing.
        """
        with self._lock:
            material = self.require_ready()
            lesson.state, lesson.error = "learning", ""
            self.store.add(lesson)
            arguments = (*WORKER, *self.arguments(lesson, material))
            self.store.log(lesson).unlink(missing_ok=True)
            self._current = lesson
            self._worker = Worker(arguments, self.store.log(lesson), answers=False)
            self._thread = threading.Thread(target=self._watch, name="school", daemon=True)
            self._thread.start()

    def require_ready(self) -> Material:
        """Return what there is to learn with, if a lesson can begin.

        Raises:
            BadInputError: another one is being learned, or something is missing.
        """
        with self._lock:
            if self._current is not None:
                raise BadInputError(
                    f"{self._current.style} is being learned: one at a time; stop it first"
                )
        material = self.material()
        if material.needs:
            raise BadInputError(" ".join(material.needs))
        return material

    def stop(self, lesson: Lesson) -> None:
        """Let it be: what is learned so far stays."""
        with self._lock:
            if lesson is self._current and self._worker is not None:
                self._worker.stop()

    def call_otherwise(self, lesson: Lesson, style: str) -> None:
        """Call a style otherwise.

        Raises:
            BadInputError: it is being learned, or the name will not do.
        """
        with self._lock:
            self._require_still(lesson)
            self.store.call_otherwise(lesson, style)

    def remove(self, lesson: Lesson) -> None:
        """Forget a lesson, with its style.

        Raises:
            BadInputError: it is being learned.
        """
        with self._lock:
            self._require_still(lesson)
            self.store.remove(lesson)

    def facts(self, lesson: Lesson) -> dict[str, Any]:
        """Return all about a lesson, at one moment."""
        with self._lock:
            has_preview = self.store.preview(lesson).is_file()
            return asdict(lesson) | {
                "seconds_left": lesson.seconds_left,
                "preview": self.store.preview(lesson).stat().st_mtime if has_preview else 0,
            }

    def arguments(self, lesson: Lesson, material: Material) -> list[str]:
        """Return the arguments of `pleinair` that learn this."""
        assert material.photographs is not None
        assert material.vgg is not None
        return [
            "train", str(self.store.painting(lesson)), "--from", START,
            "--content", str(material.photographs), "--vgg", str(material.vgg),
            "--out", str(self.store.learned(lesson)), "--save-every", f"{SAVE_EVERY_SECONDS:g}",
            *lesson.wishes,
        ]  # fmt: skip

    def close(self) -> None:
        """End the lesson; it can be gone on with."""
        self._ended.set()
        with self._lock:
            worker, thread = self._worker, self._thread
        if worker is not None:
            worker.stop()
            worker.close()
        if thread is not None:
            thread.join()

    def _require_still(self, lesson: Lesson) -> None:
        if lesson is self._current:
            raise BadInputError(f"{lesson.style} is being learned: stop it first")

    def _watch(self) -> None:
        lesson, worker = self._current, self._worker
        assert lesson is not None
        assert worker is not None
        before, first, started = lesson.seconds, lesson.step, time.monotonic()
        while worker.is_alive:
            with self._lock:
                self._note(lesson)
                if lesson.step == first:  # it gets ready, and tries how many steps fit
                    started = time.monotonic()
                lesson.seconds = before + time.monotonic() - started
            self._ended.wait(LOOK_SECONDS)
        with self._lock:
            self._note(lesson)
            code = worker.wait()
            lesson.state = {0: "done", EXIT_INTERRUPTED: "stopped"}.get(code, "failed")  # type: ignore[assignment]
            if lesson.state == "failed":
                lesson.error = _last_words(self.store.log(lesson)) or how_it_ended(code)
            if self._ended.is_set():
                lesson.state = "stopped"
            with suppress(PleinairError):
                self.store.save(lesson)
            self._worker = self._current = None
        worker.close()

    def _note(self, lesson: Lesson) -> None:
        lesson.step = _last_step(self.store.learned(lesson).with_suffix(".jsonl"))
        said = _lines(self.store.log(lesson))
        planned = [int(found[1]) for line in said if (found := STEPS.search(line))]
        lesson.steps = planned[-1] if planned else lesson.steps
        stages = [found[1] for line in said[-1:] if (found := STAGE.fullmatch(line))]
        lesson.stage = stages[-1] if stages else ""
        if self.store.publish(lesson):
            with suppress(PleinairError):
                self.store.save(lesson)


def _last_step(diary: Path) -> int:
    """Return how many steps a run took, by the last whole line of its diary."""
    try:
        with diary.open("rb") as file:
            file.seek(max(0, diary.stat().st_size - LINE_BYTES))
            lines = file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        return int(json.loads(whole[-1])["step"]) + 1
    except (OSError, ValueError, IndexError, KeyError):
        return 0


def _lines(log: Path) -> list[str]:
    try:
        return log.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _last_words(log: Path) -> str:
    """Return what `pleinair` said last to its user, in a line."""
    said = [line for line in _lines(log) if line.startswith("pleinair: ")]
    return said[-1].removeprefix("pleinair: ") if said else ""
