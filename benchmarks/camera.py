"""A camera for measuring: it costs nothing, keeps its own time, and may show a clock.

The landscape is painted beforehand and played in a loop, so that drawing it does not take what is
measured away from it; decoding what a real camera sends is therefore not in the figures.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence

from benchmarks.timecode import fits, stamp
from realtime.clockwork import Clock, monotonic
from realtime.frame import Frame, Pixels
from realtime.ports import Closing, Size, Source
from realtime.sources.landscape import Landscape

LOOP_BYTES = 100_000_000
LOOP_FRAMES = 60


class LoopCamera(Closing):
    """Gives pictures in a loop at a rate; a picture that nobody was there for is skipped."""

    live = True
    frame_count = None

    def __init__(self, pictures: Sequence[Pixels], rate_fps: float) -> None:
        self._pictures, self.rate_fps = pictures, rate_fps
        self.size: Size = pictures[0].shape[1], pictures[0].shape[0]
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        """Yield each picture when it is due."""
        start, index = monotonic(), 0
        while not self._closed.wait(max(start + index / self.rate_fps - monotonic(), 0)):
            yield Frame(self._pictures[index % len(self._pictures)], index, index / self.rate_fps)
            index = max(index + 1, math.floor((monotonic() - start) * self.rate_fps))

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()


class StampedSource(Closing):
    """A source whose frames show the time at which it gave them."""

    def __init__(self, source: Source, clock: Clock = monotonic) -> None:
        self._source, self._clock = source, clock
        self.live, self.rate_fps = source.live, source.rate_fps
        self.frame_count, self.size = source.frame_count, source.size

    def __iter__(self) -> Iterator[Frame]:
        """Yield the source's frames, stamped; those that are too small for a code as they are."""
        for frame in self._source:
            yield stamp(frame, self._clock()) if fits(frame.width, frame.height) else frame

    def close(self) -> None:
        """Close the source inside."""
        self._source.close()


def landscape_camera(size: Size, rate_fps: float) -> LoopCamera:
    """Return a camera before the landscape."""
    scene = Landscape(*size)
    count = max(2, min(LOOP_FRAMES, LOOP_BYTES // (3 * size[0] * size[1])))
    pictures = [scene.at(i / 30) for i in range((count + 1) // 2)]
    return LoopCamera([*pictures, *pictures[::-1]], rate_fps)
