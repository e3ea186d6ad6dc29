"""Executors of segments: this process, several on this machine, or a cluster.

All run the same plan and give the same files; they differ in where and in which order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from realtime.errors import PleinairError
from realtime.film.film import Film
from realtime.film.painting import paint_segments
from realtime.film.plan import Segment
from realtime.painter import EngineSpec
from realtime.pipeline import Report
from realtime.ports import Engine


@dataclass(frozen=True)
class PaintedFilm:
    """Result of painting one film: all segments, or the error."""

    film: Film
    report: Report
    damaged: int = 0
    interrupted: bool = False
    unfinished: Segment | None = None
    error: PleinairError | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the film can be finished."""
        return not self.interrupted and self.error is None


class Listener(Protocol):
    """Receives progress."""

    def begin(self, film: Film) -> None:
        """A film is started or resumed."""

    def update(self, film: Film, report: Report) -> None:
        """More frames of it are painted."""


class Executor(Protocol):
    """Paints the missing segments of films."""

    def paint(self, films: Iterable[Film], listener: Listener) -> Iterator[PaintedFilm]:
        """Yield each film when all its segments are painted, or it has failed.

        After one that was interrupted, no other follows.
        """


class LocalExecutor:
    """Paints in this process, one film after the other: reading, painting, encoding overlap."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def paint(self, films: Iterable[Film], listener: Listener) -> Iterator[PaintedFilm]:
        """Paint film after film (see `Executor`)."""
        for film in films:
            try:
                painted = self._paint(film, listener)
            except PleinairError as exc:  # no folder for the segments, a clip that is gone
                painted = PaintedFilm(film, Report(), error=exc)
            yield painted
            if painted.interrupted:
                return

    def _paint(self, film: Film, listener: Listener) -> PaintedFilm:
        listener.begin(film)
        film.folder.make()
        film.folder.sweep()
        report, damaged = Report(), 0
        watch = partial(listener.update, film)
        for run in consecutive_runs(film.missing):
            stretch = paint_segments(film, run, self._engine, watch=watch)
            report = stretch.report
            damaged += stretch.damaged
            if stretch.interrupted or stretch.error:
                return PaintedFilm(
                    film, report, damaged, stretch.interrupted, stretch.unfinished, stretch.error
                )
        return PaintedFilm(film, report, damaged)


def consecutive_runs(segments: tuple[Segment, ...]) -> list[tuple[Segment, ...]]:
    """Split segments into runs of consecutive ones."""
    runs: list[list[Segment]] = []
    for segment in segments:
        if runs and segment.number == runs[-1][-1].number + 1:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return [tuple(run) for run in runs]


Handle = TypeVar("Handle", bound=Hashable)


class Tasks(Protocol[Handle]):
    """Workers that paint single segments, many at once."""

    def submit(self, film: Film, segment: Segment) -> Handle:
        """Submit a segment."""

    def wait(self, handles: list[Handle], seconds: float) -> list[Handle]:
        """Wait until a handle is done, or the time is up; returns those that are done."""

    def result(self, handle: Handle, film: Film, segment: Segment) -> int:
        """Bring the segment into the film's folder; returns its damaged packets.

        Raises:
            PleinairError: it could not be painted.
        """

    def stop(self) -> None:
        """Cancel all pending segments."""


class ScatteredExecutor(Generic[Handle]):
    """Paints the segments of all films in parallel, as `Tasks` distributes them."""

    def __init__(self, tasks: Tasks[Handle], interrupted: Callable[[], bool]) -> None:
        self._tasks, self._interrupted = tasks, interrupted

    def paint(self, films: Iterable[Film], listener: Listener) -> Iterator[PaintedFilm]:
        """Submit everything, and yield films as they become complete (see `Executor`)."""
        waiting: dict[Handle, tuple[Film, Segment]] = {}
        open_films: dict[int, _Count] = {}
        for film in films:
            listener.begin(film)
            try:
                film.folder.make()
            except PleinairError as exc:
                yield PaintedFilm(film, Report(), error=exc)
                continue
            film.folder.sweep()
            open_films[id(film)] = _Count(film, len(film.missing))
            for segment in film.missing:
                waiting[self._tasks.submit(film, segment)] = (film, segment)
            if not film.missing:
                yield open_films.pop(id(film)).painted()
        while waiting:
            if self._interrupted():
                self._tasks.stop()
                for count in open_films.values():
                    yield count.painted(interrupted=True)
                return
            for handle in self._tasks.wait(list(waiting), 0.2):
                film, segment = waiting.pop(handle)
                count = open_films[id(film)]
                count.take(self._tasks, handle, segment)
                count.report.frames += film.frames_of((segment,)) or 0
                listener.update(film, count.report)
                if count.left == 0:
                    yield open_films.pop(id(film)).painted()


class _Count:
    """Counts the finished segments of one film."""

    def __init__(self, film: Film, left: int) -> None:
        self.film, self.left = film, left
        self.report = Report()
        self.damaged = 0
        self.error: PleinairError | None = None

    def take(self, tasks: Tasks[Handle], handle: Handle, segment: Segment) -> None:
        """Count one more segment."""
        self.left -= 1
        try:
            self.damaged += tasks.result(handle, self.film, segment)
        except PleinairError as exc:
            self.error = self.error or exc

    def painted(self, *, interrupted: bool = False) -> PaintedFilm:
        """Sum up."""
        return PaintedFilm(self.film, self.report, self.damaged, interrupted, None, self.error)


_engines: dict[EngineSpec, Engine] = {}
"""In a worker: the engine of the last film, for the next segment."""


def paint_one(film: Film, segment: Segment) -> int:
    """Paint one segment in a worker, whose engine stays open; returns its damaged packets.

    Raises:
        PleinairError: it could not be painted.
    """
    if film.painter not in _engines:
        for engine in _engines.values():
            engine.close()
        _engines.clear()
        _engines[film.painter] = film.painter.open()
    stretch = paint_segments(film, (segment,), _engines[film.painter])
    if stretch.error is not None:
        raise stretch.error
    return stretch.damaged
