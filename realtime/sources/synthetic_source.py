"""The source named `synthetic`: a small animated landscape, for machines without a camera.

`synthetic` is endless and live like a camera; `synthetic:seconds=6` is a clip of that length.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

from realtime.clockwork import monotonic
from realtime.errors import BadInputError
from realtime.frame import MIN_SIDE_PX, Frame
from realtime.ports import Closing, Size
from realtime.sources.landscape import Landscape

DEFAULT_SIZE: Size = (640, 480)
DEFAULT_RATE_FPS = 30.0


class SyntheticSource(Closing):
    """Draws its frames; they depend on size and time alone.

    Args:
        landscape: What it paints.
        rate_fps: Frames per second, of the clip or of the clock.
        frame_count: Length of the clip, or None: live, without end.
    """

    def __init__(
        self, landscape: Landscape, *, rate_fps: float, frame_count: int | None = None
    ) -> None:
        self._landscape = landscape
        self.rate_fps = rate_fps
        self.frame_count = frame_count
        """The exact number of frames of a clip; None: without end, live, paced by the clock."""
        self.live = frame_count is None
        self.size: Size = landscape.width, landscape.height
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the clip or the source ends: as fast as they are taken, or live."""
        for index in self._due() if self.frame_count is None else range(self.frame_count):
            if self._closed.is_set():
                return
            seconds = index / self.rate_fps
            yield Frame(self._landscape.at(seconds), index, seconds)

    def close(self) -> None:
        """End the iteration, even while another thread waits in it."""
        self._closed.set()

    def _due(self) -> Iterator[int]:
        """Yield the number of each frame when it is due; skip late ones."""
        start = monotonic()
        index = 0
        while not self._closed.wait(max(start + index / self.rate_fps - monotonic(), 0)):
            yield index
            index = max(index + 1, math.floor((monotonic() - start) * self.rate_fps))


def open_source(address: str, *, size: Size | None, rate_fps: float | None) -> SyntheticSource:
    """Open the landscape.

    Args:
        address: Empty: live, without end. `seconds=6`: a clip of that length.
        size: Width and height in pixels, at least 16 each; 640x480 when None.
        rate_fps: Frames per second, above 0; 30 when None.

    Raises:
        BadInputError: one of them cannot be used.
    """
    width, height = size or DEFAULT_SIZE
    if min(width, height) < MIN_SIDE_PX:
        raise BadInputError(
            f"the landscape cannot be {width}x{height} pixels: "
            f"ask for {MIN_SIDE_PX}x{MIN_SIDE_PX} or more"
        )
    rate = DEFAULT_RATE_FPS if rate_fps is None else rate_fps
    if not (math.isfinite(rate) and rate > 0):
        raise BadInputError(
            f"the landscape cannot run at {rate:g} frames per second: ask for more than 0, like 30"
        )
    frame_count = _frame_count(address, rate) if address else None
    return SyntheticSource(Landscape(width, height), rate_fps=rate, frame_count=frame_count)


def _frame_count(address: str, rate_fps: float) -> int:
    key, _, value = address.partition("=")
    try:
        frames = float(value) * rate_fps if key == "seconds" else math.nan
    except ValueError:
        frames = math.nan
    if not (math.isfinite(frames) and round(frames) >= 1):
        raise BadInputError(
            f"got synthetic:{address}: expected synthetic (without end) or a length of at least "
            f"one frame, like synthetic:seconds=6"
        )
    return round(frames)
