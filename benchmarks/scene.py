"""What is painted in measurements: the first moment of the synthetic landscape."""

from __future__ import annotations

from contextlib import closing

from realtime.frame import Frame
from realtime.ports import Size
from realtime.sources import open_source

ARTICLE_SECONDS = 1.455744
"""What the article cites for a 252x252 picture: one cold run on the CPU of a 2015 laptop."""
ARTICLE_PX: Size = (252, 252)
LIVE_PX: Size = (640, 480)
HD_PX: Size = (1280, 720)


def landscape(size: Size) -> Frame:
    """Return the first moment of the synthetic landscape."""
    with closing(open_source("synthetic:seconds=1", size=size)) as source:
        return next(iter(source))


def label(size: Size) -> str:
    """Return a size as rows hold it: `640x480`."""
    return f"{size[0]}x{size[1]}"


def pixels_of(text: str) -> int:
    """Return how many pixels a row's size has."""
    width, height = text.split("x")
    return int(width) * int(height)
