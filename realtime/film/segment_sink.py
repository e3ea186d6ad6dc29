"""Sink that writes frames as segment files, each of them atomically.

Segments are NUT files: NUT keeps any clock exactly, which Matroska (milliseconds) does not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import av

from realtime.errors import SinkError
from realtime.film.plan import Segment
from realtime.film.workfolder import WorkFolder
from realtime.frame import Frame
from realtime.ports import PlainSink
from realtime.sinks import outputs
from realtime.sinks.video_writer import Target, VideoWriter

OFFSET_SECONDS = 100
"""Added to the times inside segments: NUT has no time before zero, films and B-frames do."""
NUT = {"avoid_negative_ts": "disabled"}


def offset_ticks(target: Target) -> int:
    """Return what is added to the ticks of a segment's frames."""
    return round(OFFSET_SECONDS / target.facts.time_base)


class SegmentSink(PlainSink):
    """Writes consecutive segments, one after the other.

    Attributes:
        unfinished: The segment that was not complete when the sink was closed, if it holds frames.
    """

    fixed_size = True

    def __init__(self, folder: WorkFolder, segments: tuple[Segment, ...], target: Target) -> None:
        self.unfinished: Segment | None = None
        self._folder, self._target = folder, target
        self._left = list(segments)
        self._writer: VideoWriter | None = None
        self._frames = 0

    def show(self, frame: Frame) -> None:
        """Encode one frame; frames before the first segment are ignored.

        Raises:
            SinkError: the disk is full, or the frame's size is not that of the first.
        """
        if frame.pts_seconds < self._left[0].start_seconds:
            return
        with self._reporting():
            while frame.pts_seconds >= self._left[0].stop_seconds:
                self._complete()
            if self._writer is None:
                number = self._left[0].number
                self._writer = VideoWriter(
                    self._folder.unfinished(number), self._target, frame,
                    container="nut", container_options=NUT,
                    offset_ticks=offset_ticks(self._target),
                )  # fmt: skip
            self._writer.write(frame)
            self._frames += 1

    def finish(self) -> None:
        """Complete the remaining segments after the last frame.

        Raises:
            SinkError: the disk is full.
        """
        with self._reporting():
            while self._left:
                self._complete()

    def close(self) -> None:
        """Close the open segment; it stays under its unfinished name."""
        if self._writer is None:
            return
        with contextlib.suppress(av.FFmpegError, OSError):
            self._writer.end()
            self.unfinished = self._left[0]
        self._writer = None

    def _complete(self) -> None:
        """Close the first segment that is left, with frames or without."""
        number = self._left[0].number
        if self._writer is None:
            # Nothing could be decoded there. An empty file says that it was tried.
            self._folder.unfinished(number).touch()
        else:
            self._writer.end()
            self._writer = None
        self._folder.publish(number)
        del self._left[0]

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn failures of writing into errors of ours, and remove what cannot be used."""
        try:
            yield
        except (av.FFmpegError, OSError) as exc:
            if self._writer is not None:
                with contextlib.suppress(av.FFmpegError, OSError):
                    self._writer.end()
                self._writer = None
            path = self._folder.path
            if self._left:
                self._folder.unfinished(self._left[0].number).unlink(missing_ok=True)
            said = outputs.write_error(exc, path, f"after {self._frames} frames")
            raise SinkError(
                f"{said} What was painted is kept: the same command goes on from there."
            ) from exc
