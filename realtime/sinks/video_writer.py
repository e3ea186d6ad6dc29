"""Encodes frames into an open video file, with their own timestamps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from realtime.errors import SinkError
from realtime.frame import Frame
from realtime.machine import ordinary_scheduling
from realtime.media.clip import ClipFacts
from realtime.media.colour import YuvWriter
from realtime.sinks.encoding import Recipe, add_picture_stream
from realtime.sinks.sound_track import SoundTrack
from realtime.sound import Sound


@dataclass(frozen=True)
class Target:
    """The file to write and its settings."""

    recipe: Recipe
    rate_fps: float
    """Nominal; the frames' own times decide."""
    facts: ClipFacts


class VideoWriter:
    """Writes the pictures of one file, and the sound of a recording.

    Attributes:
        frames: How many were written.
    """

    def __init__(
        self,
        path: Path,
        target: Target,
        first: Frame,
        *,
        container: str | None = None,
        container_options: dict[str, str] | None = None,
        offset_ticks: int = 0,
        comment: str = "",
        with_sound: bool = False,
    ) -> None:
        """Open a file for frames like `first`.

        Args:
            path: The file.
            target: How the pictures are encoded.
            first: Gives the size; it is still to be written.
            container: FFmpeg's name for the kind of file; the recipe's by default.
            container_options: Likewise.
            offset_ticks: Added to every time.
            comment: What the file says of itself.
            with_sound: Whether there is a track for what `hear` takes.

        Raises:
            av.FFmpegError, OSError: the file cannot be made.
        """
        recipe, self._facts = target.recipe, target.facts
        options = recipe.container_options if container_options is None else container_options
        self._container = av.open(
            f"file:{path}", "w", format=container or recipe.container, container_options=options
        )
        if comment:
            self._container.metadata["comment"] = comment
        self._stream = add_picture_stream(
            self._container,
            recipe,
            size=(first.width, first.height),
            rate_fps=target.rate_fps,
            time_base=target.facts.time_base,
            pixel_aspect=target.facts.pixel_aspect,
        )
        self._yuv = YuvWriter(first.height, self._stream.pix_fmt or "yuv420p", target.facts.colour)
        self._yuv.tag(self._stream.codec_context)
        self._sound: SoundTrack | None = None
        if with_sound:
            self._sound = SoundTrack(self._container, recipe.sound_codec, first.pts_seconds)
        self.frames = 0
        self._frame_seconds = 1 / target.rate_fps
        self._offset_ticks = offset_ticks
        self._last_tick: int | None = None
        self._shown_until = first.pts_seconds
        self._is_open = True

    def write(self, frame: Frame) -> None:
        """Encode a frame.

        Raises:
            av.FFmpegError: it could not be written.
            SinkError: its size is not that of the first.
        """
        size = self._stream.width, self._stream.height
        if (frame.width, frame.height) != size:
            raise SinkError(f"frame size changed from {size[0]}x{size[1]} to {frame!r}")
        picture = self._yuv.write(frame.pixels)
        picture.pts = self._tick(frame.pts_seconds) + self._offset_ticks
        picture.time_base = self._facts.time_base
        # Players need it for the last frame only: the others last until the next.
        picture.duration = max(1, round(self._frame_seconds / self._facts.time_base))
        with ordinary_scheduling():  # the first picture opens the encoder
            packets = self._stream.encode(picture)
        self._container.mux(packets)
        self.frames += 1
        self._shown_until = frame.pts_seconds + self._frame_seconds
        if self._sound is not None:
            self._sound.advance(frame.pts_seconds)

    def hear(self, sound: Sound) -> None:
        """Add sound, on the clock of the frames; it is interleaved with them.

        Raises:
            av.FFmpegError: it could not be written.
        """
        if self._sound is not None:
            self._sound.hear(sound)

    def wait(self) -> float:
        """Write sound while no picture comes; returns the end of the sound, in seconds."""
        if self._sound is None:
            return self._shown_until
        self._sound.advance(self._sound.ends)
        return self._sound.ends

    def _tick(self, seconds: float) -> int:
        """Return the nearest tick, at least one after the last: encoders require it."""
        tick = round(seconds / self._facts.time_base)
        if self._last_tick is not None:
            tick = max(tick, self._last_tick + 1)
        self._last_tick = tick
        return tick

    def end(self) -> None:
        """Flush the encoder, write the index, and close the file.

        Calls after the first do nothing.

        Raises:
            av.FFmpegError: it could not be written; it is closed all the same.
        """
        if not self._is_open:
            return
        self._is_open = False
        try:
            if self._sound is not None:
                self._sound.end(self._shown_until)
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()
