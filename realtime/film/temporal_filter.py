"""`--stabilize`: temporal filter along optical flow, for styles not trained to be stable.

Every painting is averaged with the few before it, each moved to where its things are now (dense
optical flow between the originals: DIS, Kroeger et al. 2016), and only where the originals agree:
what was hidden, what changed its light, and what was before a cut is left out. The average is over
`MEMORY` paintings, not a running one: a segment that starts so many frames earlier gives the same
pictures, bit for bit.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from realtime.frame import Frame, Pixels

MEMORY = 4
"""How many earlier paintings are averaged."""
FLOW_PX = 320
"""Longer side of the pictures that the flow is computed on."""
STILL_PX = 0.25
"""Less motion than this, in pixels of that size, is noise: moving by it would only blur."""
AGREEMENT_LEVELS = 8.0
"""Difference of the originals, in levels of 255, at which an earlier painting counts 1/e."""
CUT = 0.25
"""Where less than this part of the picture agrees with the one before, there was a cut."""

Floats = npt.NDArray[np.float32]


@dataclass
class _Past:
    """An earlier frame and its painting."""

    small: Pixels
    """The original, (h, w, 3), reduced."""
    painting: Pixels
    flow: Floats
    """From the newest frame to this one, (h, w, 2) in pixels of the reduced size."""


class TemporalFilter:
    """Average finished frames along the motion. Feed it every frame in order, on one thread."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._past: deque[_Past] = deque(maxlen=MEMORY)
        self._grey: Pixels | None = None

    def __call__(self, original: Frame, painted: Frame) -> Frame:
        """Return the painting, averaged with those before it.

        Args:
            original: What was painted.
            painted: Its painting, of the same size.
        """
        small = _reduced(original.pixels)
        grey = cast(Pixels, cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
        pixels = painted.pixels
        if self._past and self._grey is not None:
            self._catch_up(grey)
            pixels = self._blended(small, pixels)
        still = np.zeros((*grey.shape, 2), np.float32)
        self._past.appendleft(_Past(small, painted.pixels, still))
        self._grey = grey
        return painted.with_pixels(pixels)

    def _catch_up(self, grey: Pixels) -> None:
        """Let all flows start from the new frame."""
        assert self._grey is not None
        step = np.asarray(self._flow.calc(grey, self._grey, None), np.float32)  # type: ignore[call-overload]
        step[np.abs(step).max(axis=2) < STILL_PX] = 0.0
        for moment in self._past:
            moment.flow = step + _moved(moment.flow, step)

    def _blended(self, small: Pixels, painting: Pixels) -> Pixels:
        height, width = painting.shape[:2]
        total = painting.astype(np.float32)
        weights = np.ones((height, width, 1), np.float32)
        trust = np.ones(small.shape[:2], np.float32)
        for number, moment in enumerate(self._past):
            trust = np.minimum(trust, _agreement(small, _moved(moment.small, moment.flow)))
            if number == 0 and trust.mean() < CUT:
                self._past.clear()
                return painting
            weight = cv2.resize(trust, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
            total += weight * _moved(moment.painting, _enlarged(moment.flow, width, height))
            weights += weight
        return np.ascontiguousarray(np.rint(total / weights).astype(np.uint8))


def _reduced(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(1.0, FLOW_PX / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    return cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _moved(values: Floats | Pixels, flow: Floats) -> Floats:
    """Warp an image by a flow."""
    where = _places(*flow.shape[:2]) + flow
    moved = cv2.remap(values, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(moved, np.float32)


@lru_cache(maxsize=4)
def _places(height: int, width: int) -> Floats:
    """The pixels' own coordinates, (h, w, 2)."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    return np.dstack([columns, rows])


def _agreement(now: Pixels, before: Floats) -> Floats:
    """How much two views agree, 0 to 1, (h, w)."""
    difference = np.abs(now.astype(np.float32) - before).max(axis=2)
    difference = np.asarray(cv2.blur(difference, (5, 5)), np.float32)
    return np.exp(-np.square(difference / AGREEMENT_LEVELS))


def _enlarged(flow: Floats, width: int, height: int) -> Floats:
    scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    return cast(Floats, cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR) * scale)
