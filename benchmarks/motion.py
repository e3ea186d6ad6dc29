"""Motion that is followed: a zoom that is known, and optical flow for real clips.

To follow means to bring the picture before to where its things are now. What then still differs is
flicker, and what the interpolation of the following itself costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from realtime.errors import BadInputError
from realtime.frame import Frame, Pixels
from realtime.sources.video_source import VideoSource

ZOOM = 1.01
"""Per frame, about the middle: 3 px at the edge of 640."""
LENS_PX = 1.0
"""Deviation of the lens's blur: what is sharper cannot be followed between two pixels."""
EDGE_PX = 2
CONSISTENT_PX = 1.0
"""Forth and back must lead home this closely; elsewhere something was hidden or is new."""
T = TypeVar("T", np.uint8, np.float32)
Mask = npt.NDArray[np.bool_]


def zoomed(view: Pixels, frames: int) -> list[Pixels]:
    """Return a camera's slow zoom into a view (H, W, 3): each picture is made from the view."""
    soft = cv2.GaussianBlur(view, (0, 0), LENS_PX).astype(np.uint8, copy=False)
    return [_scaled(soft, ZOOM**i) for i in range(frames)]


def follow_zoom(before: Pixels) -> Pixels:
    """Bring a picture of the zoom to where its things are one frame later."""
    return _scaled(before, ZOOM)


def inside(pixels: Pixels) -> Mask:
    """Return all but the edge, whose neighbours are not in the picture: (H, W)."""
    mask = np.zeros(pixels.shape[:2], np.bool_)
    mask[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX] = True
    return mask


@dataclass(frozen=True)
class Clip:
    """Some frames of a film, and how each leads to the next."""

    frames: Sequence[Frame]
    maps: Sequence[npt.NDArray[np.float32]]
    """For each frame but the first: where in the frame before its pixels were, (H, W, 2)."""
    masks: Sequence[Mask]
    """Where that is known, (H, W)."""

    @classmethod
    def load(cls, path: Path, frames: int) -> Clip:
        """Read the beginning of a film and find its motion (DIS flow, Kroeger et al. 2016).

        Raises:
            BadInputError: not a film, or fewer than two frames.
        """
        taken: list[Frame] = []
        with closing(VideoSource(path)) as source:
            for frame in source:
                taken.append(frame)
                if len(taken) == frames:
                    break
        if len(taken) < 2:
            raise BadInputError(f"{path} has {len(taken)} frames: expected two or more")
        flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        greys = [cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY) for frame in taken]
        maps, masks = [], []
        for before, after in pairwise(greys):
            back, forth = (
                _target(flow.calc(one, other, np.zeros((*one.shape, 2), np.float32)))
                for one, other in ((after, before), (before, after))
            )
            home = _brought(forth, back)
            away = np.linalg.norm(home - _grid(*before.shape), axis=2)
            maps.append(back)
            masks.append(away < CONSISTENT_PX)
        return cls(taken, maps, masks)

    def warping_error(self, painted: Sequence[Pixels]) -> float:
        """Return the mean absolute difference, in levels, to the frame before, brought along."""
        errors = []
        for i, (where, known) in enumerate(zip(self.maps, self.masks, strict=True)):
            brought = _brought(painted[i], where)
            errors.append(difference(brought, painted[i + 1], known))
        return float(np.mean(errors))

    def gain(self, paint: Callable[[Frame], Pixels]) -> float:
        """Return the paintings' error over that of the frames themselves."""
        own = self.warping_error([frame.pixels for frame in self.frames])
        return self.warping_error([paint(frame) for frame in self.frames]) / own if own else 0.0


def difference(one: Pixels, other: Pixels, where: Mask) -> float:
    """Return the mean absolute difference in levels, where the mask says."""
    apart = np.abs(one.astype(np.int16) - other).mean(2)
    return float(apart[where].mean()) if where.any() else 0.0


def _brought(values: npt.NDArray[T], where: npt.NDArray[np.float32]) -> npt.NDArray[T]:
    """Take values (H, W, C) from where each pixel says, (H, W, 2), between pixels too."""
    taken = cv2.remap(values, where[..., 0], where[..., 1], cv2.INTER_LINEAR)
    return np.asarray(taken, values.dtype)


def _scaled(pixels: Pixels, factor: float) -> Pixels:
    height, width = pixels.shape[:2]
    x, y = (width - 1) / 2, (height - 1) / 2
    matrix = np.array([[factor, 0, x - factor * x], [0, factor, y - factor * y]])
    turned = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return np.ascontiguousarray(turned.astype(np.uint8, copy=False))


def _grid(height: int, width: int) -> npt.NDArray[np.float32]:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([x, y], 2)


def _target(flow: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return np.asarray(flow + _grid(*flow.shape[:2]), np.float32)
