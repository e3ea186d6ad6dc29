"""The open video file: encodes pictures, keeps their times, and mixes in the sound."""

from __future__ import annotations

from fractions import Fraction

from av.container import OutputContainer
from av.video.stream import VideoStream

from realtime.errors import SinkError
from realtime.frame import Frame
from realtime.media.colour import YuvWriter
from realtime.sinks.soundtrack import Soundtrack


class VideoWriter:
    """Takes over the container and the sound, and closes both.

    Attributes:
        frames: How many were written.
        end_seconds: When the last of them ends.
    """

    def __init__(
        self,
        container: OutputContainer,
        stream: VideoStream,
        sound: Soundtrack | None,
        time_base: Fraction,
        frame_seconds: float,
    ) -> None:
        self.frames = 0
        self.end_seconds = 0.0
        self._container = container
        self._stream = stream
        self._sound = sound
        self._time_base = time_base
        self._frame_seconds = frame_seconds
        self._last_tick: int | None = None
        self._yuv = YuvWriter(stream.height, stream.pix_fmt or "yuv420p")
        self._yuv.tag(stream.codec_context)
        self._is_open = True

    def write(self, frame: Frame) -> None:
        """Encode a frame and write the sound up to it.

        Raises:
            av.FFmpegError: it could not be written.
            SinkError: its size is not that of the first.
        """
        size = self._stream.width, self._stream.height
        if (frame.width, frame.height) != size:
            raise SinkError(f"frame size changed from {size[0]}x{size[1]} to {frame!r}")
        picture = self._yuv.write(frame.pixels)
        picture.pts = self._tick(frame.pts_seconds)
        picture.time_base = self._time_base
        # Players need it for the last frame only: the others last until the next.
        picture.duration = max(1, round(self._frame_seconds / self._time_base))
        self._container.mux(self._stream.encode(picture))
        self.end_seconds = frame.pts_seconds + self._frame_seconds
        self.frames += 1
        if self._sound:
            self._sound.mux_until(frame.pts_seconds)

    def _tick(self, seconds: float) -> int:
        """Return the nearest tick; a later one than before, as encoders insist."""
        tick = round(seconds / self._time_base)
        if self._last_tick is not None:
            tick = max(tick, self._last_tick + 1)
        self._last_tick = tick
        return tick

    def end(self, sound_until_seconds: float) -> None:
        """Write what the encoders hold back and the index of the file, and close it.

        Calls after the first do nothing.

        Raises:
            av.FFmpegError: it could not be written; it is closed all the same.
        """
        if not self._is_open:
            return
        self._is_open = False
        try:
            self._container.mux(self._stream.encode(None))
            if self._sound:
                self._sound.mux_until(sound_until_seconds)
                self._sound.flush()
        finally:
            if self._sound:
                self._sound.close()
            self._container.close()
