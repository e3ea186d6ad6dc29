"""Snapshots and video recordings of a live session, with sound from the microphone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from realtime import overlay
from realtime.errors import SinkError
from realtime.folders import replace_whole
from realtime.frame import Frame
from realtime.live.microphone_capture import MicrophoneCapture
from realtime.pipeline import Shown
from realtime.resize import in_size
from realtime.sinks import SinkOptions
from realtime.sinks.images_sink import encode
from realtime.sinks.video_sink import VideoSink, open_sink
from realtime.sound import SoundReader


class Recording:
    """Record the paintings, without overlay, into a clip while the session goes on.

    Args:
        folder: Where `pleinair-DATE.mp4` goes.
        microphone: Adds sound, if it is on when a clip begins; while it is off, there is silence.
    """

    def __init__(self, folder: Path, microphone: MicrophoneCapture | None = None) -> None:
        self._folder, self._microphone = folder, microphone
        self._sink: VideoSink | None = None
        self._first: Frame | None = None
        self._last: Frame | None = None
        self._is_held = False

    @property
    def seconds(self) -> float:
        """Duration so far."""
        if self._first is None or self._last is None:
            return 0.0
        return self._last.pts_seconds - self._first.pts_seconds

    def take(self, frame: Frame) -> None:
        """Write a frame with its own time, which must increase; a repeated one is left out.

        A camera that changes its size is fitted into the size of the first frame.

        Raises:
            SinkError: the disk is full, or the folder is gone.
        """
        if self._sink is None or self._first is None or self._last is None:
            self._first = frame
            self._sink = self._opened(frame.pts_seconds)
        elif frame.pts_seconds <= self._last.pts_seconds:
            self._sink.wait()  # a frozen picture; the sound goes on
            self._is_held = True
            return
        self._is_held = False
        self._last = in_size(frame, (self._first.width, self._first.height))
        self._show(self._sink, self._last, self._first)

    def stop(self) -> str:
        """Complete the file; returns its path or the error, for the user."""
        sink, first, last = self._sink, self._first, self._last
        self._sink = self._first = self._last = None
        if sink is None or first is None or last is None:
            return ""
        try:
            if self._is_held:  # frozen to the end
                until = max(last.pts_seconds, first.pts_seconds + sink.wait())
                self._show(sink, replace(last, pts_seconds=until), first)
            sink.finish()
        except SinkError as exc:
            return f"the recording could not be completed: {exc}"
        finally:
            sink.close()
        return f"recorded {sink.result}"

    def _opened(self, begins: float) -> VideoSink:
        path = self._folder / f"pleinair-{stamp()}.mp4"
        read_sound = None
        if self._microphone is not None and self._microphone.is_on:
            read_sound = _since(self._microphone.listen(), begins)
        return open_sink(SinkOptions(path=path, read_sound=read_sound))

    @staticmethod
    def _show(sink: VideoSink, frame: Frame, first: Frame) -> None:
        sink.show(replace(frame, pts_seconds=frame.pts_seconds - first.pts_seconds))


def _since(read_sound: SoundReader, begins: float) -> SoundReader:
    """Return a reader of the same sound whose times count from `begins`, in seconds."""
    return lambda: [sound.later(-begins) for sound in read_sound()]


def save_snapshot(folder: Path, shown: Shown) -> str:
    """Save both pictures; returns the path or the error, for the user."""
    path = folder / f"pleinair-{stamp()}.png"
    both = overlay.joined(shown.original, shown.painted)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, encode(both, ".png"))
    except OSError as exc:
        return f"the snapshot {path} could not be saved: {exc.strerror}"
    return f"saved {path}"


def stamp() -> str:
    """Return the current time for a file name, to the millisecond."""
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")[:-3]
