"""A landscape that is painted by arithmetic: sky, hills, a lake with a boat, a tree in the wind.

The picture is a function of its size and the time and of nothing else. What stands still is
painted once, when a `Landscape` is made; per frame it is shifted, bent and laid over each other.
"""

from __future__ import annotations

import numpy as np

from realtime.frame import MIN_SIDE_PX, Pixels
from realtime.sources.landscape.boat import Boat
from realtime.sources.landscape.hills import Hills
from realtime.sources.landscape.scene import LOOP_SECONDS, Scene
from realtime.sources.landscape.sky import Sky, paint_birds
from realtime.sources.landscape.water import Water
from realtime.sources.landscape.wind import Foreground

__all__ = ["LOOP_SECONDS", "Landscape"]


class Landscape:
    """The landscape in one size. Keeps scratch memory: one thread at a time.

    Args:
        width: Pixels, at least 16.
        height: Pixels, at least 16.

    Raises ValueError when the size is smaller than that.
    """

    def __init__(self, width: int, height: int) -> None:
        if min(width, height) < MIN_SIDE_PX:
            raise ValueError(f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX}, got {width}x{height}")
        self.width, self.height = width, height
        scene = Scene(width, height)
        self._scene = scene
        self._sky, self._hills = Sky(scene), Hills(scene)
        self._water, self._boat, self._foreground = Water(scene), Boat(scene), Foreground(scene)

    def at(self, seconds: float) -> Pixels:
        """Paint the moment, RGB uint8 (H, W, 3), a new array; repeats every `LOOP_SECONDS`."""
        canvas = np.empty((self._scene.height, self._scene.width, 3), np.uint8)
        self._sky.paint(canvas, seconds)
        self._hills.paint(canvas)
        mirror = self._water.mirror(canvas)
        self._boat.paint_reflection(mirror, seconds)
        self._water.paint(canvas, mirror, seconds)
        paint_birds(canvas, self._scene, seconds)
        self._boat.paint(canvas, seconds)
        self._foreground.paint(canvas, seconds)
        return canvas
