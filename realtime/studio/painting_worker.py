"""Worker process that paints dropped files: a decoder that crashes ends only this process.

It runs the code of `pleinair video` and `pleinair image`. Tasks are read from standard input,
events are written to standard output, both as lines of JSON.
"""

from __future__ import annotations

import json
import queue
import time
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

from realtime.errors import BadInputError, PleinairError
from realtime.film.batch import Batch, Finished, paint_batch
from realtime.film.film import Film, FilmSettings
from realtime.frame import Frame
from realtime.look import Look
from realtime.media.formats import is_still
from realtime.media.picture import read_picture
from realtime.painter import open_painter, suffix_like
from realtime.pipeline import Report
from realtime.ports import Engine
from realtime.provenance import format_note
from realtime.settings import PaintSettings
from realtime.sinks import SinkOptions, open_sink
from realtime.sources.video_source import VideoSource
from realtime.studio.looks import settings_of
from realtime.studio.worker_process import Message, claim_stdout, lower_priority, read_commands

NICE = 5
"""The live picture goes first."""
IDLE_SECONDS = 60.0
"""Without a task for so long it exits, which frees its memory."""
REPORT_SECONDS = 0.2
"""How often it reports progress."""


class TaskRunner:
    """Run one task after the other; the engine for pictures stays open between them."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._settings: PaintSettings | None = None
        self._engine: Engine | None = None
        self._look: Look | None = None
        self._before = 0
        self._told = 0.0
        self.task = 0
        """The number of the current task."""

    def say(self, event: str, **values: object) -> None:
        """Send an event to the studio."""
        line = json.dumps({"task": self.task, "event": event, **values})
        self._out.write(line + "\n")
        self._out.flush()

    def run(self, task: Message) -> None:
        """Run a task, and report how it ended."""
        original = Path(task["original"])
        settings = settings_of(task["look"], task["machine"])
        try:
            if is_still(original):
                self._paint_picture(original, settings, task["limits"])
            else:
                self._paint_film(original, settings, task["limits"])
        except KeyboardInterrupt:
            self.say("end", state="stopped")
        except PleinairError as exc:
            self.say("end", state="failed", error=str(exc))
        except MemoryError:
            self.say("end", state="failed", error="it does not fit into memory: scale it down")

    def _paint_picture(
        self, original: Path, settings: PaintSettings, limits: dict[str, Any]
    ) -> None:
        picture = read_picture(original, most_pixels=limits["picture_px"])
        frame = Frame(picture.pixels, 0, 0.0)
        self.say(
            "facts", kind="picture", width=frame.width, height=frame.height, frames=1,
            notes=list(picture.notes),
        )  # fmt: skip
        engine, look = self._opened(settings)
        result = f"result{suffix_like(original.read_bytes()[:512])}"
        options = SinkOptions(
            path=original.parent,
            names=(result,),
            inputs=(original,),
            note=format_note(str(settings.style)),
        )
        with open_sink("images", options) as sink:
            sink.show(engine.stylize(frame, look))
            sink.finish()
        self.say("end", state="done", result=result, done=1)

    def _opened(self, settings: PaintSettings) -> tuple[Engine, Look]:
        if settings != self._settings or self._engine is None or self._look is None:
            self.close()
            self._engine, self._look = open_painter(settings)
            self._settings = settings
        return self._engine, self._look

    def _paint_film(self, original: Path, settings: PaintSettings, limits: dict[str, Any]) -> None:
        self._check_film(original, limits)
        result = original.with_name("result.mp4")
        film = FilmSettings(paint=settings)
        batch = Batch(paths=[original], out=result, settings=film)
        notes: list[str] = []
        for finished in paint_batch(batch, self, notes.append):
            self._end(finished, result, notes)

    def _end(self, finished: Finished, result: Path, notes: list[str]) -> None:
        if finished.error is not None:
            raise finished.error
        if finished.interrupted:
            self.say("end", state="stopped")
            return
        said = [note.removeprefix(f"{finished.clip.name}: ") for note in notes]
        if finished.damaged:
            said.append(f"{finished.damaged} damaged packets could not be read; times are kept")
        self.say("end", state="done", result=result.name, notes=said)

    def _check_film(self, original: Path, limits: dict[str, Any]) -> None:
        with VideoSource(original) as source:
            width, height = source.size
            seconds, frames = source.duration_seconds or 0.0, source.frame_count
        self.say("facts", kind="film", width=width, height=height, frames=frames, seconds=seconds)
        if width * height > limits["film_px"]:
            raise BadInputError(
                f"the clip is {width}x{height} pixels, more than the "
                f"{limits['film_px'] / 1e6:.0f} million of a picture that the studio takes: "
                "scale it down first, or paint it with pleinair video"
            )
        if seconds > limits["seconds"]:
            raise BadInputError(
                f"the clip is {seconds / 3600:.1f} hours long, more than the "
                f"{limits['seconds'] / 3600:g} that the studio takes: cut it first, or paint it "
                "with pleinair video"
            )

    def begin(self, film: Film) -> None:
        """Report how much of a film an earlier run painted (see `executors.Listener`)."""
        total = film.frames
        self._before = (total or 0) - (film.frames_of(film.missing) or 0)
        self.say("progress", frames=total, done=self._before, fps=0.0)

    def update(self, film: Film, report: Report) -> None:
        """Report progress, at most every `REPORT_SECONDS`."""
        if time.monotonic() - self._told >= REPORT_SECONDS:
            self._told = time.monotonic()
            done, fps = self._before + report.frames, round(report.rate_fps, 2)
            self.say("progress", frames=film.frames, done=done, fps=fps)

    def close(self) -> None:
        """Close the engine."""
        if self._engine is not None:
            self._engine.close()
        self._engine = None


def main() -> None:
    """Run tasks until there are none for `IDLE_SECONDS`."""
    lower_priority(NICE)
    tasks: queue.Queue[Message] = queue.Queue()
    read_commands(tasks.put)
    with closing(TaskRunner(claim_stdout())) as runner:
        while True:
            try:
                task = tasks.get(timeout=IDLE_SECONDS)
                runner.task = task["task"]
                runner.run(task)
            except queue.Empty:
                return
            except KeyboardInterrupt:
                # Just before a task, or just after its end, which is reported once more then.
                runner.say("end", state="stopped")


if __name__ == "__main__":
    main()
