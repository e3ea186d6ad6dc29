"""Paints consecutive segments of a film: decode, paint, stabilize, encode, pipelined."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from realtime import overlay
from realtime.errors import PleinairError, SourceError, one_line
from realtime.film.film import Film
from realtime.film.plan import Segment
from realtime.film.segment_sink import SegmentSink
from realtime.film.temporal_filter import TemporalFilter
from realtime.frame import Frame
from realtime.interrupt import run_interruptibly
from realtime.pipeline import Hooks, Report, Shown
from realtime.ports import Closing, Engine, Source
from realtime.resize import ResizedSource
from realtime.sources.video_source import VideoSource

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class SegmentRun:
    """Result of painting some segments."""

    report: Report
    interrupted: bool
    unfinished: Segment | None
    """The segment that was begun and holds frames, but is not complete."""
    damaged: int
    """Packets of the original that could not be decoded."""
    error: PleinairError | None = None
    """What ended it early: the clip is cut off, the engine failed, the disk is full."""


def paint_segments(
    film: Film,
    segments: tuple[Segment, ...],
    engine: Engine,
    *,
    watch: Callable[[Report], None] = lambda report: None,
) -> SegmentRun:
    """Paint consecutive segments into the film's work folder.

    Args:
        film: The film.
        segments: Neighbours, in order.
        engine: As `film.painter` opens it; the caller closes it.
        watch: Called after every frame.

    Failures are returned, not raised: what was painted before them counts.
    """
    sink = SegmentSink(film.folder, segments, film.target)
    look = film.painter.look
    error: PleinairError | None = None
    with ExitStack() as stack:
        clip = VideoSource(film.clip, film.plan.part(segments, film.memory))
        source: Source = stack.enter_context(clip)
        if film.settings.every > 1:
            source = _EveryNth(source, film.settings.every)
        if film.settings.paint.size:
            source = ResizedSource(source, film.settings.paint.size)
        stack.enter_context(sink)
        hooks = Hooks(look=lambda: look, decorate=_finisher(film), on_frame=watch)
        try:
            with one_line_errors(film.clip):
                interrupted, report = run_interruptibly(source, engine, sink, hooks)
        except PleinairError as exc:
            interrupted, report, error = False, Report(), exc
    return SegmentRun(report, interrupted, sink.unfinished, clip.damaged, error)


@contextmanager
def one_line_errors(clip: Path) -> Iterator[None]:
    """Turn any error of a clip into one of ours, so that the next clip is painted.

    Raises:
        PleinairError: as it came, or a `SourceError` in place of anything unforeseen.
    """
    try:
        yield
    except PleinairError:
        raise
    except Exception as exc:
        LOGGER.debug("%s cannot be painted", clip, exc_info=True)
        raise SourceError(
            f"{clip.name} cannot be painted ({type(exc).__name__}: {one_line(exc)}): if it plays "
            "elsewhere, convert it first, as with ffmpeg -i IN OUT.mp4"
        ) from exc


def _finisher(film: Film) -> Callable[[Shown, Report], Frame]:
    """Return what is applied to a painting before it is encoded."""
    steady = TemporalFilter() if film.settings.steady else None

    def finish(shown: Shown, _report: Report) -> Frame:
        painted = steady(shown.original, shown.painted) if steady else shown.painted
        if not film.settings.side_by_side:
            return painted
        both = overlay.joined(shown.original, painted)
        return replace(painted, pixels=both)

    return finish


class _EveryNth(Closing):
    """Every n-th frame of a source."""

    def __init__(self, source: Source, every: int) -> None:
        self._source, self._every = source, every
        self.live = source.live
        self.rate_fps = source.rate_fps / every
        self.frame_count, self.size = None, source.size

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._source:
            if frame.index % self._every == 0:
                yield frame

    def close(self) -> None:
        """Close the wrapped source."""
        self._source.close()
