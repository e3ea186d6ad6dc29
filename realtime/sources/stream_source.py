"""A stream from the network as a camera: RTSP, HTTP, whatever FFmpeg opens, with PyAV."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import av

from realtime.clockwork import monotonic
from realtime.errors import BadInputError, SourceError
from realtime.frame import MIN_SIDE_PX, Frame
from realtime.media.colour import RgbReader
from realtime.ports import Closing, Size

OPEN_SECONDS, READ_SECONDS = 10.0, 5.0
OPTIONS = {"flags": "low_delay", "rtsp_transport": "tcp"}
"""Without `fflags nobuffer`: with it, what was read to find the tracks is lost, and after it all
frames up to the next key frame."""


class StreamSource(Closing):
    """Live frames of a stream's first video track, timed by their arrival."""

    live = True
    frame_count = None

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopped = threading.Event()
        try:
            self._container = av.open(url, timeout=(OPEN_SECONDS, READ_SECONDS), options=OPTIONS)
        except (av.FFmpegError, OSError) as exc:
            raise BadInputError(f"the stream {url} cannot be opened: {exc}") from exc
        if not self._container.streams.video:
            self._container.close()
            raise BadInputError(f"the stream {url} has no video")
        self._track = self._container.streams.video[0]
        self.rate_fps = float(self._track.average_rate or 30)
        self.size: Size | None = (self._track.width, self._track.height)
        if min(self.size) < MIN_SIDE_PX:  # not told before the first picture
            self.size = None

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they come; raises SourceError when the stream ends or breaks."""
        started, index, reader = monotonic(), 0, RgbReader()
        try:
            for picture in self._container.decode(self._track):
                if self._stopped.is_set():
                    return
                pixels = reader.read(picture, picture.width, picture.height)
                yield Frame(pixels, index, monotonic() - started)
                index += 1
        except (av.FFmpegError, OSError) as exc:
            raise SourceError(f"the stream {self._url} broke: {exc}") from exc
        raise SourceError(f"the stream {self._url} ended")

    def close(self) -> None:
        """Disconnect."""
        self._stopped.set()
        self._container.close()


def open_source(address: str, *, size: Size | None, rate_fps: float | None) -> StreamSource:
    """Open a stream by its address; it decides its size and rate itself."""
    del size, rate_fps
    return StreamSource(address)
