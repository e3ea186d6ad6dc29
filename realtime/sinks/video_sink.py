"""A video file: the paintings, at the original's times and with its sound."""

from __future__ import annotations

import contextlib
import logging
import math
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.media import clip
from realtime.ports import Event
from realtime.sinks import SinkOptions, outputs
from realtime.sinks.encoding import Recipe, add_picture_stream, recipe_for
from realtime.sinks.soundtrack import open_soundtrack
from realtime.sinks.video_writer import VideoWriter

LOGGER = logging.getLogger(__name__)

FINE_CLOCK = clip.ClipFacts(time_base=Fraction(1, 90_000), pixel_aspect=None)
"""For frames that come from no video: the clock of broadcasting, every usual rate fits."""


class VideoSink:
    """Encodes frames as they arrive. All calls come from one thread.

    Attributes:
        path: The final name.
        result: What exists once the sink is closed: the final or the partial file, or None.
    """

    def __init__(self, path: Path, recipe: Recipe, options: SinkOptions) -> None:
        self.path = path
        self.result: Path | None = None
        self._partial = outputs.partial_path(path)
        self._recipe = recipe
        self._options = options
        self._rate_fps = options.rate_fps if 0 < options.rate_fps < math.inf else 30.0
        self._facts = _facts_of(options.original)
        self._writer: VideoWriter | None = None
        self._broken = False

    def show(self, frame: Frame) -> None:
        """Encode one frame, and the sound up to it.

        Raises:
            SinkError: the disk is full, or the frame's size is not that of the first.
        """
        with self._reporting():
            if self._writer is None:
                self._writer = self._open_writer(frame)
            self._writer.write(frame)

    def _open_writer(self, first: Frame) -> VideoWriter:
        container = av.open(
            f"file:{self._partial}",
            "w",
            format=self._recipe.container,
            container_options=self._recipe.container_options,
        )
        stream = add_picture_stream(
            container,
            self._recipe,
            size=(first.width, first.height),
            rate_fps=self._rate_fps,
            time_base=self._facts.time_base,
            pixel_aspect=self._facts.pixel_aspect,
        )
        original = self._options.original
        sound = open_soundtrack(original, container, self._recipe) if original else None
        return VideoWriter(container, stream, sound, self._facts.time_base, 1 / self._rate_fps)

    def poll(self) -> tuple[Event, ...]:
        """A file has no keys."""
        return ()

    def finish(self) -> None:
        """Write the rest of the sound and give the file its final name, replacing an old one.

        Raises:
            SinkError: the disk is full.
        """
        if self._writer is None:
            LOGGER.warning("no frame arrived: %s was not written", self.path)
            return
        with self._reporting():
            self._writer.end(sound_until_seconds=math.inf)
            os.replace(self._partial, self.path)
        self.result = self.path

    def close(self) -> None:
        """Close the file; without `finish`, what was painted stays under the partial name."""
        if self._writer is None or self.result is not None:
            return
        # After a failure the end of the file cannot be written properly: as good as it gets.
        with contextlib.suppress(av.FFmpegError) if self._broken else self._reporting():
            self._writer.end(sound_until_seconds=self._writer.end_seconds)
        self._keep_if_playable()

    def _keep_if_playable(self) -> None:
        try:
            clip.probe(self._partial)
        except BadInputError:
            self._partial.unlink(missing_ok=True)
            LOGGER.warning("%s could not be completed and was removed", self._partial)
        else:
            self.result = self._partial

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn failures of writing into errors of ours."""
        try:
            yield
        except (av.FFmpegError, OSError) as exc:
            self._broken = True
            count = self._writer.frames if self._writer else 0
            raise outputs.write_error(exc, self._partial, f"after {count} frames") from exc


def _facts_of(original: Path | None) -> clip.ClipFacts:
    if original is None:
        return FINE_CLOCK
    try:
        return clip.probe(original)
    except BadInputError as exc:
        LOGGER.warning("times and pixel aspect are not taken over: %s", exc)
        return FINE_CLOCK


def open_sink(options: SinkOptions) -> VideoSink:
    """Open a video file for writing; nothing is written before the first frame.

    Args:
        options: `path` with a suffix of `encoding.RECIPES`, `rate_fps`, and `original`.

    Raises:
        BadInputError: no path, unknown suffix, unusable folder, or the path is the original.
    """
    path = options.path
    if path is None:
        raise BadInputError("the video sink needs a path: give a file name such as out.mp4")
    recipe = recipe_for(path)
    outputs.check_folder(path.parent)
    if path.is_dir():
        raise BadInputError(f"{path} is a folder, expected a file name: try {path / 'out.mp4'}")
    for target in (path, outputs.partial_path(path)):
        outputs.refuse_same_file(target, options.original)
    return VideoSink(path, recipe, options)
