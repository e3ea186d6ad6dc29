"""The screen as a camera, with mss.

`screen` is the first monitor, `screen:2` the second,
`screen:100,80,640,480` a region (left, top, width, height in pixels).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import mss
import numpy as np
from mss.exception import ScreenShotError

from realtime.clockwork import monotonic
from realtime.errors import BadInputError, SourceError
from realtime.frame import MIN_SIDE_PX, Frame
from realtime.ports import Closing, Size

DEFAULT_RATE_FPS = 30.0
Box = dict[str, int]


class ScreenSource(Closing):
    """Takes a picture of a part of the screen, `rate_fps` times a second."""

    live = True
    frame_count = None

    def __init__(self, part: str, rate_fps: float) -> None:
        self._part, self.rate_fps = part, rate_fps
        self._stopped = threading.Event()
        with _grabber() as grabber:
            self._box = _box(part, grabber.monitors)
        self.size: Size = self._box["width"], self._box["height"]

    def __iter__(self) -> Iterator[Frame]:
        """Yield what is on the screen; raises SourceError when it cannot be read any more."""
        started, index = monotonic(), 0
        with _grabber() as grabber:  # an X connection belongs to the thread that opened it
            while not self._stopped.is_set():
                try:
                    taken = np.asarray(grabber.grab(self._box))
                except ScreenShotError as exc:
                    raise SourceError(f"the screen cannot be read any more: {exc}") from exc
                pixels = np.ascontiguousarray(taken[:, :, 2::-1])
                yield Frame(pixels, index, monotonic() - started)
                index += 1
                due = started + index / self.rate_fps
                self._stopped.wait(max(0.0, due - monotonic()))

    def close(self) -> None:
        """Stop."""
        self._stopped.set()


def open_source(address: str, *, size: Size | None, rate_fps: float | None) -> ScreenSource:
    """Open a monitor by number, or a region; `size` is what the region says."""
    del size
    return ScreenSource(address, rate_fps or DEFAULT_RATE_FPS)


def _grabber() -> mss.MSS:
    try:
        return mss.MSS()
    except ScreenShotError as exc:
        raise BadInputError(f"no screen to read ({exc}): run it on a desktop") from exc


def _box(part: str, monitors: list[Box]) -> Box:
    numbers = part.split(",") if part else ["1"]
    if not all(number.strip().lstrip("-").isdecimal() for number in numbers):
        numbers = []
    values = [int(number) for number in numbers]
    if len(values) == 1 and 1 <= values[0] < len(monitors):
        return dict(monitors[values[0]])
    if len(values) == 4 and min(values[2:]) >= MIN_SIDE_PX:
        return dict(zip(("left", "top", "width", "height"), values, strict=True))
    raise BadInputError(
        f"no screen {part!r}: expected a monitor, 1 to {len(monitors) - 1}, or a region "
        f"LEFT,TOP,WIDTH,HEIGHT of at least {MIN_SIDE_PX}x{MIN_SIDE_PX}"
    )
