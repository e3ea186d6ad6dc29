"""One film to paint: what was asked, checked, with everything found out that its painting needs."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from realtime.errors import BadInputError
from realtime.film import stills
from realtime.film.carried import Window
from realtime.film.join import MARK, Joint, is_painting, join
from realtime.film.plan import Plan, Segment, make_plan
from realtime.film.steady import MEMORY
from realtime.film.workfolder import WorkFolder
from realtime.media import clip
from realtime.painter import Painter, beside
from realtime.resize import fitted
from realtime.settings import MAX_SIDE_PX, PaintSettings, Size
from realtime.sinks import outputs
from realtime.sinks.encoding import recipe_for
from realtime.sinks.video_writer import Target
from realtime.sources.video_source import VideoSource

WORK_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class FilmSettings:
    """What becomes of a film."""

    paint: PaintSettings
    start_seconds: float | None = None
    stop_seconds: float | None = None
    every: int = 1
    """Paint every so manieth frame only: a preview."""
    side_by_side: bool = False
    steady: bool = False
    codec: str | None = None
    quality: int | None = None
    segment_frames: int | None = None
    """None: by the length of the film, see `plan.frames_per_segment`."""
    overwrite: bool = False
    """Replace a file that is no painting of ours."""

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
    painter: Painter
    plan: Plan
    target: Target
    folder: WorkFolder
    notes: tuple[str, ...]

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
        """How many frames are painted in all; None where the file does not tell."""
        return self.frames_of(self.plan.segments)

    def frames_of(self, segments: tuple[Segment, ...]) -> int | None:
        """How many frames of these segments are painted."""
        if self.plan.frames is None:
            return None
        every = self.settings.every
        return sum(len(range(-s.first_index % every, s.frames, every)) for s in segments)

    def finish(self) -> int:
        """Join all segments, give the film its name and clear up; returns how many pictures.

        Raises:
            SinkError: the disk is full. The segments are kept.
        """
        joint = self._joint([self.folder.segment(s.number) for s in self.plan.segments])
        if self.target.recipe.container == "images":
            count = stills.write_pictures(joint, self.out)
        else:
            partial = outputs.partial_path(self.out)
            is_gif = self.target.recipe.container == "gif"
            count = stills.write_gif(joint, partial) if is_gif else join(joint, partial)
            partial.replace(self.out)
        self.folder.remove()
        return count

    def keep_what_there_is(self, unfinished: Segment | None) -> Path | None:
        """Join the segments so far into a film under the partial name, to be looked at.

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
        partial = outputs.partial_path(self.out)
        join(replace(self._joint(paths), is_whole=False), partial)
        return partial

    def _joint(self, segments: list[Path]) -> Joint:
        settings = self.settings
        stop = math.inf if settings.stop_seconds is None else settings.stop_seconds
        return Joint(
            segments=segments,
            target=self.target,
            original=self.clip,
            window=Window(settings.start_seconds, stop),
            last_seconds=self.plan.last_seconds,
            title=f"{MARK} in the style of {self.painter.label.replace('+', ' and ')}",
        )


def prepare_film(path: Path, out: Path | None, settings: FilmSettings, painter: Painter) -> Film:
    """Look at a clip, decide where its painting goes, and cut it into segments.

    Raises:
        BadInputError: the clip cannot be read as video, or the output cannot be written.
    """
    target_path = out if out is not None else beside(path, painter.label)
    recipe = recipe_for(target_path).asked(settings.codec, settings.quality)
    if recipe.container == "images":
        stills.check_pattern(target_path)
    source = VideoSource(path)
    source.close()
    _check_size(path, source.size, settings)
    outputs.check_target(target_path, path)
    if target_path.exists() and not settings.overwrite and not is_painting(target_path):
        raise BadInputError(
            f"{target_path} exists and is no painting of pleinair's: give another name, or "
            "--overwrite to replace it (several clips go into a folder: pleinair video A B out/)"
        )
    plan = make_plan(
        path,
        segment_frames=settings.segment_frames,
        start_seconds=settings.start_seconds,
        stop_seconds=settings.stop_seconds,
    )
    facts = clip.probe(path)
    target = Target(recipe, source.rate_fps / settings.every, facts)
    folder = WorkFolder(target_path, _job(path, settings, painter))
    return Film(path, target_path, settings, painter, plan, target, folder, source.notes)


def _check_size(path: Path, size: Size, settings: FilmSettings) -> None:
    if settings.paint.size is not None:
        size = fitted(size, settings.paint.size)
    width, height = (2 if settings.side_by_side else 1) * size[0], size[1]
    if max(width, height) > MAX_SIDE_PX:
        raise BadInputError(
            f"the painting of {path} would be {width}x{height} pixels, and video files end at "
            f"{MAX_SIDE_PX}: give --size, as in --size 3840x2160"
        )


def _job(path: Path, settings: FilmSettings, painter: Painter) -> dict[str, Any]:
    """Everything that the pictures depend on."""
    stat = path.stat()
    return {
        "version": WORK_VERSION,
        "original": [path.name, stat.st_size, stat.st_mtime_ns],
        "bundle": hashlib.sha256(painter.bundle.read_bytes()).hexdigest(),
        "style": painter.label,
        "style_weights": list(painter.look.style_weights),
        "strength": painter.look.strength,
        "stroke": painter.look.stroke,
        "keep_colours": painter.look.keep_colours,
        "engine": painter.description,
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
