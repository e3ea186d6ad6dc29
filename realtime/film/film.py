"""Prepares one film: checks what was asked, probes the clip, plans segments and streams."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from realtime.errors import BadInputError
from realtime.film import stills
from realtime.film.join import Joint, join
from realtime.film.plan import Segment, SegmentPlan, make_plan
from realtime.film.stream_copy import StreamPlan, TimeRange
from realtime.film.stream_plan import plan_streams
from realtime.film.temporal_filter import MEMORY
from realtime.film.workfolder import WorkFolder
from realtime.media import clip
from realtime.media.formats import is_still
from realtime.naming import resolve_link
from realtime.painter import EngineSpec, default_output, job_of
from realtime.ports import Size
from realtime.provenance import format_note, is_painted
from realtime.resize import fitted
from realtime.settings import MAX_SIDE_PX, PaintSettings
from realtime.sinks import outputs
from realtime.sinks.encoding import recipe_for
from realtime.sinks.video_writer import Target
from realtime.sources.video_source import VideoSource

WORK_VERSION = 2
"""Raised when the same settings give other pictures or times: segments are not mixed."""
SEVERAL = " (several clips go into a folder: pleinair video A B out/)"
"""Hint for two clips, where the second was not meant as the output of the first."""


@dataclass(frozen=True, kw_only=True)
class FilmSettings:
    """How a film is painted and written."""

    paint: PaintSettings
    start_seconds: float | None = None
    stop_seconds: float | None = None
    every: int = 1
    """Paint every n-th frame only: a preview."""
    side_by_side: bool = False
    steady: bool = False
    codec: str | None = None
    quality: int | None = None
    segment_frames: int | None = None
    """None: by the length of the film, see `plan.frames_per_segment`."""
    overwrite: bool = False
    """Replace a file that is no painting of ours, and paint what is painted already."""

    def __post_init__(self) -> None:
        start, stop = self.start_seconds, self.stop_seconds
        if start is not None and stop is not None and not start < stop:
            raise BadInputError(f"--from {start:g} s must be before --to {stop:g} s")
        for name, value in (("--every", self.every), ("--segment-frames", self.segment_frames)):
            if value is not None and value < 1:
                raise BadInputError(f"{name} must be at least 1, got {value}")


@dataclass(frozen=True)
class Film:
    """One film: made by `prepare_film`, painted by an executor, finished by `finish`."""

    clip: Path
    out: Path
    settings: FilmSettings
    painter: EngineSpec
    plan: SegmentPlan
    target: Target
    folder: WorkFolder
    stream_plan: StreamPlan
    notes: tuple[str, ...]
    inputs: tuple[Path, ...]
    """Files that are never written to: the clip, and all others of this run."""
    is_done: bool = False
    """An earlier run painted exactly this: the output is there."""

    @property
    def memory(self) -> int:
        """How many frames before a segment its painting needs."""
        return MEMORY * self.settings.every if self.settings.steady else 0

    @property
    def missing(self) -> tuple[Segment, ...]:
        """The segments that are not painted yet."""
        return tuple(s for s in self.plan.segments if not self.folder.has(s.number))

    @property
    def frames(self) -> int | None:
        """How many frames are painted in all; None: not known."""
        return self.frames_of(self.plan.segments)

    def frames_of(self, segments: tuple[Segment, ...]) -> int | None:
        """How many frames of these segments are painted."""
        if self.plan.frames is None:
            return None
        every = self.settings.every
        return sum(len(range(-s.first_index % every, s.frames, every)) for s in segments)

    def finish(self) -> int:
        """Join all segments, publish the film and clean up; returns how many pictures.

        Raises:
            SinkError: the disk is full. The segments are kept.
            BadInputError: meanwhile somebody else's file has the name. Likewise.
        """
        joint = self._joint([self.folder.segment(s.number) for s in self.plan.segments])
        if self.target.recipe.container == "images":
            count = stills.write_pictures(joint, self.out, self.require_free)
        else:
            partial = outputs.free_partial(self.out, self.inputs)
            is_gif = self.target.recipe.container == "gif"
            count = stills.write_gif(joint, partial) if is_gif else join(joint, partial)
            try:
                self.require_free(self.out)
            except BadInputError:
                partial.unlink(missing_ok=True)
                raise
            partial.replace(self.out)
        self.folder.remove()
        return count

    def require_free(self, path: Path) -> None:
        """Make sure that a file may be written (see `outputs.require_free`)."""
        outputs.require_free(path, self.inputs, overwrite=self.settings.overwrite)

    def keep_what_there_is(self, unfinished: Segment | None) -> Path | None:
        """Join the segments painted so far into a film under the partial name, for a look.

        Args:
            unfinished: A segment that this process began and did not finish.

        Returns:
            The film, or None when there is nothing yet, or it is no kind of file that plays.
        """
        paths = []
        for segment in self.plan.segments:
            if not self.folder.has(segment.number):
                if unfinished is not None and segment.number == unfinished.number:
                    paths.append(self.folder.unfinished(segment.number))
                break
            paths.append(self.folder.segment(segment.number))
        if len(self.target.recipe.codecs) < 2 or not any(p.stat().st_size for p in paths):
            return None
        partial = outputs.free_partial(self.out, self.inputs)
        # Without the job: the file is not the whole film, even under the final name.
        title = format_note(self.painter.label)
        join(replace(self._joint(paths), is_whole=False, title=title), partial)
        return partial

    def _joint(self, segments: list[Path]) -> Joint:
        settings = self.settings
        stop = math.inf if settings.stop_seconds is None else settings.stop_seconds
        return Joint(
            segments=[path for path in segments if path.stat().st_size],
            target=self.target,
            original=self.clip,
            window=TimeRange(settings.start_seconds, stop),
            stream_plan=self.stream_plan,
            shifts=self.plan.scan.shifts,
            last_seconds=self.plan.last_seconds,
            title=format_note(self.painter.label, self.folder.key),
        )


def prepare_film(
    path: Path,
    out: Path | None,
    settings: FilmSettings,
    painter: EngineSpec,
    others: tuple[Path, ...] = (),
) -> Film:
    """Probe a clip, choose its output, and cut it into segments.

    Args:
        path: The clip.
        out: Where its painting goes; None: beside it.
        settings: What becomes of it.
        painter: How it is painted.
        others: Further files that the run reads, and that are never written to.

    Raises:
        BadInputError: the clip cannot be read as video, or the output cannot be written, may not
            be replaced, or is being written by another run.
    """
    if is_still(path):
        raise BadInputError(f"{path} is a picture, expected a video: paint it with pleinair image")
    target_path = resolve_link(out if out is not None else default_output(path, painter.label))
    recipe = recipe_for(target_path).asked(settings.codec, settings.quality)
    if recipe.container == "images":
        stills.check_pattern(target_path)
    source = VideoSource(path)
    source.close()
    _check_size(path, source.size, settings)
    inputs = (path, *others)
    outputs.check_target(target_path, inputs, overwrite=settings.overwrite, hint=SEVERAL)
    plan = make_plan(
        path,
        segment_frames=settings.segment_frames,
        start_seconds=settings.start_seconds,
        stop_seconds=settings.stop_seconds,
    )
    facts = clip.probe(path)
    target = Target(recipe, source.rate_fps / settings.every, facts)
    folder = WorkFolder(target_path, _job(path, settings, painter))
    is_done = not settings.overwrite and is_painted(target_path, folder.key)
    stream_plan = plan_streams(path, recipe)
    film = Film(
        path, target_path, settings, painter, plan, target, folder, stream_plan,
        source.notes + stream_plan.notes, inputs, is_done,
    )  # fmt: skip
    if recipe.container == "images":
        stills.check_pictures(target_path, film.frames, film.require_free)
    if not is_done:
        folder.lock.acquire()
    return film


def _check_size(path: Path, size: Size, settings: FilmSettings) -> None:
    if settings.paint.size is not None:
        size = fitted(size, settings.paint.size)
    width, height = (2 if settings.side_by_side else 1) * size[0], size[1]
    if max(width, height) > MAX_SIDE_PX:
        raise BadInputError(
            f"the painting of {path} would be {width}x{height} pixels, and video files end at "
            f"{MAX_SIDE_PX}: give --size, as in --size 3840x2160"
        )


def _job(path: Path, settings: FilmSettings, painter: EngineSpec) -> dict[str, Any]:
    """Everything that the pictures depend on."""
    return job_of(path, painter) | {
        "version": WORK_VERSION,
        "size": settings.paint.size,
        "from": settings.start_seconds,
        "to": settings.stop_seconds,
        "every": settings.every,
        "side_by_side": settings.side_by_side,
        "stabilize": settings.steady,
        "codec": settings.codec,
        "crf": settings.quality,
        "segment_frames": settings.segment_frames,
    }
