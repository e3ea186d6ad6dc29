"""Sink that writes a video file: a live recording, or the demo.

Films painted from a file go through `realtime.film`, which keeps their sound and metadata.
"""

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
from realtime.lock import OutputLock
from realtime.media import clip
from realtime.naming import resolve_link
from realtime.ports import PlainSink
from realtime.sinks import SinkOptions, outputs
from realtime.sinks.encoding import RECIPES, Recipe, recipe_for
from realtime.sinks.video_writer import Target, VideoWriter

LOGGER = logging.getLogger(__name__)

FINE_CLOCK = clip.ClipFacts(time_base=Fraction(1, 90_000), pixel_aspect=None)
"""For frames that come from no video: the clock of broadcasting, every usual rate fits."""


class VideoSink(PlainSink):
    """Encodes frames as they arrive. All calls come from one thread.

    Attributes:
        path: The final name.
        result: What exists once the sink is closed: the final or the partial file, or None.
    """

    fixed_size = True

    def __init__(self, options: SinkOptions, path: Path, recipe: Recipe) -> None:
        self.path = path
        self._options = options
        self._lock = OutputLock(path)
        self._lock.acquire()
        self._partial = outputs.free_partial(path, options.inputs)
        rate_fps = options.rate_fps
        self._target = Target(recipe, rate_fps if 0 < rate_fps < math.inf else 30.0, FINE_CLOCK)
        self._writer: VideoWriter | None = None
        self._broken = False

    def show(self, frame: Frame) -> None:
        """Encode one frame.

        Raises:
            SinkError: the disk is full, or the frame's size is not that of the first.
        """
        with self._reporting():
            if self._writer is None:
                note, with_sound = self._options.note, self._options.read_sound is not None
                self._writer = VideoWriter(
                    self._partial, self._target, frame, comment=note, with_sound=with_sound
                )
            self._listen(self._writer)
            self._writer.write(frame)

    def wait(self) -> float:
        """Write sound while no picture comes; returns the end of the sound, in seconds.

        Raises:
            SinkError: the disk is full.
        """
        with self._reporting():
            if self._writer is None:
                return 0.0
            self._listen(self._writer)
            return self._writer.wait()

    def _listen(self, writer: VideoWriter) -> None:
        if self._options.read_sound is not None:
            for sound in self._options.read_sound():
                writer.hear(sound)

    def finish(self) -> None:
        """Complete the file and rename it to its final name, replacing an old one of ours.

        Raises:
            SinkError: the disk is full.
            BadInputError: meanwhile somebody else's file has the name; ours keeps the partial one.
        """
        if self._writer is None:
            LOGGER.warning("no frame arrived: %s was not written", self.path)
            return
        with self._reporting():
            self._listen(self._writer)
            self._writer.end()
            options = self._options
            outputs.require_free(self.path, options.inputs, overwrite=options.overwrite)
            os.replace(self._partial, self.path)
        self.result = self.path

    def close(self) -> None:
        """Close the file; without `finish`, it keeps the partial name."""
        try:
            self._keep_partial()
        finally:
            self._lock.release()

    def _keep_partial(self) -> None:
        if self._writer is None or self.result is not None:
            return
        # After a failure the end of the file cannot be written properly: as good as it gets.
        with contextlib.suppress(av.FFmpegError) if self._broken else self._reporting():
            self._writer.end()
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


def open_sink(options: SinkOptions) -> VideoSink:
    """Open a video file for writing; nothing is written before the first frame.

    Args:
        options: `path` with a suffix of `encoding.RECIPES` that plays, and `rate_fps`.

    Raises:
        BadInputError: no path, unknown suffix, unusable folder, a file that may not be replaced
            (see `outputs`), or another run is writing it.
    """
    path = options.path
    if path is None:
        raise BadInputError("the video sink needs a path: give a file name such as out.mp4")
    recipe = recipe_for(path)
    if recipe.codecs == ("lossless",):
        playing = ", ".join(suffix for suffix, r in RECIPES.items() if len(r.codecs) > 1)
        raise BadInputError(f"{path.name} cannot be recorded live: expected one of {playing}")
    outputs.check_target(path, options.inputs, overwrite=options.overwrite)
    return VideoSink(options, resolve_link(path), recipe)
