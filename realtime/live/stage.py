"""How original and painting are laid out on what they are shown on. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from realtime import overlay
from realtime.frame import Frame
from realtime.live.controls import View
from realtime.live.one_size import in_size
from realtime.ports import Mouse
from realtime.resize import fit, fitted, letterboxed
from realtime.settings import Size


def arranged(before: Frame, after: Frame, view: View, divider: float, canvas: Size) -> Frame:
    """Return a frame of the size of the canvas: pictures scaled smoothly, black around.

    Args:
        before: The original.
        after: Its painting, of the same size.
        view: The painting alone; both, each whole, side by side; or split.
        divider: Where the split view is split, in widths of the picture.
        canvas: Width and height in pixels.
    """
    if view == "beside":
        left = canvas[0] // 2, canvas[1]
        right = canvas[0] - left[0], canvas[1]
        halves = [letterboxed(before.pixels, left), letterboxed(after.pixels, right)]
        return replace(after, pixels=np.ascontiguousarray(np.hstack(halves)))
    if view == "split":
        before, after = (
            replace(frame, pixels=fit(frame.pixels, canvas)) for frame in (before, after)
        )
        after = overlay.split(before, after, divider)
    return in_size(after, canvas)


def in_picture(event: Mouse, picture: Size, canvas: Size) -> Mouse:
    """Return a mouse event with its place in the picture instead of on the canvas.

    Left of the picture x is below 0, right of it above 1; y likewise.
    """
    width, height = fitted(picture, canvas)
    left, top = (canvas[0] - width) // 2, (canvas[1] - height) // 2
    x, y = event.x * canvas[0] - left, event.y * canvas[1] - top
    return replace(event, x=x / width, y=y / height)
