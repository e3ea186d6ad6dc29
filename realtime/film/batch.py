"""Batches of films: which clips, where to, and the result of each."""

from __future__ import annotations

import glob
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from realtime.errors import BadInputError, MissingExtraError, PleinairError
from realtime.film.executors import (
    Executor,
    Listener,
    LocalExecutor,
    PaintedFilm,
    ScatteredExecutor,
)
from realtime.film.film import Film, FilmSettings, prepare_film
from realtime.film.painting import one_line_errors
from realtime.interrupt import stop_on_interrupt
from realtime.media.formats import is_animated
from realtime.painter import EngineSpec, default_output, open_painter
from realtime.pipeline import Report
from realtime.provenance import is_ours
from realtime.sinks.outputs import is_file_name, make_folder, plan_outputs

LOGGER = logging.getLogger(__name__)

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".gif", ".mpg", ".mpeg", ".ts", ".mts"}
    | {".m2ts", ".wmv", ".asf", ".flv", ".3gp", ".ogv", ".vob", ".dv", ".mxf"}
)
"""What is taken out of a folder. A file named on the command line may be called anything."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The clips to paint, their output and settings."""

    paths: Sequence[Path]
    """Clips, folders of clips and patterns; the last may say where to (see `clips_and_output`)."""
    out: Path | None = None
    settings: FilmSettings
    jobs: int = 1
    ray: str | None = None
    """Address of a Ray cluster."""

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise BadInputError(f"--jobs must be at least 1, got {self.jobs}")
        if self.jobs > 1 and self.ray is not None:
            raise BadInputError("--jobs is for this machine, --ray for a cluster: choose one")


@dataclass(frozen=True)
class Finished:
    """Result of one clip."""

    clip: Path
    result: Path | None = None
    """The film; or, if it is not whole, what there is of it."""
    report: Report | None = None
    frames: int = 0
    damaged: int = 0
    interrupted: bool = False
    error: PleinairError | None = None
    was_done: bool = False
    """An earlier run painted exactly this: nothing was left to do."""

    @property
    def is_painted(self) -> bool:
        """Whether the film is there, whole."""
        return self.result is not None and self.error is None and not self.interrupted


def paint_batch(
    batch: Batch, listener: Listener, tell: Callable[[str], None]
) -> Iterator[Finished]:
    """Paint clip after clip; one that fails does not stop the others.

    What an earlier run painted in exactly the same way is not painted again. After an interruption
    the clips that were not begun are yielded, too, as interrupted.

    Args:
        batch: What was asked for.
        listener: Told how far the painting is.
        tell: Given sentences for the user.

    Raises:
        BadInputError: there are no such clips, or one output for several.
    """
    clips, output = clips_and_output(batch.paths, batch.out)
    if missing := [clip for clip in clips if len(clips) == 1 and not clip.exists()]:
        raise BadInputError(f"there is no file {missing[0]}: check the name and the folder")
    with ExitStack() as stack:
        engine, _ = open_painter(batch.settings.paint)
        stack.callback(engine.close)
        painter = EngineSpec.of(batch.settings.paint, engine)
        pairs = destinations(clips, output, painter.label, tell)
        if batch.jobs > 1 or batch.ray is not None:
            stack.pop_all().close()  # the workers have their own
        executor = stack.enter_context(_executor(batch, LocalExecutor(engine)))
        at_once: list[Finished] = []
        waiting = dict(pairs)
        inputs = tuple(waiting)

        def films() -> Iterator[Film]:
            for path, target in pairs:
                try:
                    with one_line_errors(path):
                        film = prepare_film(path, target, batch.settings, painter, inputs)
                except PleinairError as exc:
                    at_once.append(Finished(path, error=exc))
                    continue
                if film.is_done:
                    at_once.append(Finished(path, film.out, was_done=True))
                    continue
                for note in film.notes:
                    tell(f"{path.name}: {note}")
                _tell_beginnings(film, tell)
                yield film

        for painted in executor.paint(films(), listener):
            del waiting[painted.film.clip]
            yield _finished(painted)
        yield from at_once
        for finished in at_once:
            del waiting[finished.clip]
        yield from (Finished(path, interrupted=True) for path in waiting)


def _finished(painted: PaintedFilm) -> Finished:
    film, report = painted.film, painted.report
    count, error, result = report.frames, painted.error, None
    try:
        if painted.is_whole:
            with one_line_errors(film.clip):
                count, result = film.finish(), film.out
        else:
            with suppress(PleinairError), one_line_errors(film.clip):  # the first error counts
                result = film.keep_what_there_is(painted.unfinished)
    except PleinairError as exc:
        error = exc
    finally:
        film.folder.lock.release()
    return Finished(film.clip, result, report, count, painted.damaged, painted.interrupted, error)


def _tell_beginnings(film: Film, tell: Callable[[str], None]) -> None:
    if len(film.missing) < len(film.plan.segments):
        tell(f"{film.clip.name}: {_where_it_goes_on(film)}")
    for job in film.folder.others():
        style, strength = job.get("style"), job.get("strength")
        tell(
            f"{film.clip.name}: another painting of it (style {style}, strength {strength}, other "
            "settings or engine) was begun and not finished; it is not mixed with this one"
        )


def _where_it_goes_on(film: Film) -> str:
    frames = film.frames or 0
    painted = frames - (film.frames_of(film.missing) or 0)
    if not film.missing:
        return f"all {frames} frames are painted already, only the file is missing"
    at = film.plan.times[film.missing[0].first_index]
    return f"going on at {at:.2f} s, {painted} of {frames} frames are painted already"


@contextmanager
def _executor(batch: Batch, local: LocalExecutor) -> Iterator[Executor]:
    """Yield the executor; its workers end with the block."""
    if batch.ray is None and batch.jobs == 1:
        yield local
        return
    with stop_on_interrupt() as asked:
        if batch.ray is not None:
            try:
                from realtime.film.cluster import RayTasks
            except ModuleNotFoundError as exc:
                raise MissingExtraError("--ray", exc.name or "ray", "cluster") from exc
            with RayTasks(batch.ray) as cluster:
                yield ScatteredExecutor(cluster, asked.is_set)
        else:
            from realtime.film.workers import WorkerTasks

            with WorkerTasks(batch.jobs) as workers:
                yield ScatteredExecutor(workers, asked.is_set)


def clips_and_output(paths: Sequence[Path], out: Path | None) -> tuple[list[Path], Path | None]:
    """Split the arguments into clips and the output.

    `A B` is the clip A and its painting B; with a folder at the end (one that is there, or a name
    that ends in a slash), whatever comes before is painted into it. Of a folder, hidden files
    (macOS's `._clip.mp4`) and paintings of ours are left out.

    Raises:
        BadInputError: no clip is left.
    """
    given = list(paths)
    if out is None and len(given) > 1 and _is_place(given, paths):
        out = given.pop()
    clips: list[Path] = []
    for path in given:
        if path.is_dir():
            clips += _clips_in(path)
        elif not path.exists() and glob.has_magic(str(path)):
            matches = sorted(map(Path, glob.glob(str(path))))  # noqa: PTH207 - absolute patterns too
            if not matches:
                raise BadInputError(f"there is nothing at {path}: check the name and the folder")
            clips += matches
        else:
            clips.append(path)
    return clips, out


def _is_film(path: Path) -> bool:
    is_hidden = path.name.startswith(".")
    return not is_hidden and (path.suffix.lower() in VIDEO_SUFFIXES or is_animated(path))


def _is_place(given: list[Path], paths: Sequence[Path]) -> bool:
    last = given[-1]
    return last.is_dir() or not last.suffix or len(paths) == 2


def _clips_in(folder: Path) -> list[Path]:
    found = sorted(p for p in folder.iterdir() if _is_film(p))
    clips = [path for path in found if not is_ours(path)]
    if not clips:
        paintings = " but paintings of pleinair's" if found else ""
        raise BadInputError(
            f"no video in the folder {folder}{paintings}: expected files ending in "
            f"{', '.join(sorted(VIDEO_SUFFIXES))}"
        )
    if len(clips) < len(found):
        LOGGER.info("%s: of its %d films, %d are paintings of pleinair's and are not painted again",
                    folder, len(found), len(found) - len(clips))  # fmt: skip
    return clips


def destinations(
    clips: Sequence[Path], output: Path | None, label: str, tell: Callable[[str], None]
) -> list[tuple[Path, Path]]:
    """Return every clip with its output path; colliding names are numbered.

    Args:
        clips: To be painted.
        output: A file for one clip, or a folder, which is made; None: beside each clip.
        label: Names the style.
        tell: Given a sentence for every clip that is left out.

    Raises:
        BadInputError: one file for several clips, or a folder that cannot be made.
    """
    if output is None:
        return plan_outputs(clips, lambda path: default_output(path, label), tell)
    if not is_file_name(output):
        make_folder(output)
        return plan_outputs(clips, lambda path: output / default_output(path, label).name, tell)
    pairs = plan_outputs(clips, lambda path: output)
    if len(pairs) > 1:
        raise BadInputError(
            f"{len(clips)} clips cannot all become {output}: give a folder, one that is there or a "
            "name without an ending"
        )
    return pairs
