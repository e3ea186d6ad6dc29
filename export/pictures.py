"""Test pictures for exports: photographs, and pictures that break networks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.ports import Size
from realtime.resize import fit
from realtime.sources import open_source
from realtime.sources.images_source import read_image

SIDE_PX = 192
"""The longer side that scenes are scaled to."""
SHORTEST_PX = 56
"""Of the scene that others are cut from."""
GENERATED = ("black", "white", "grey", "noise", "extreme exposure", "odd size", "16x16")
"""The pictures that are no scenes."""


def check_pictures(photographs: Sequence[Path] = (), size: Size | None = None) -> dict[str, Pixels]:
    """Return named pictures: at least two scenes, black, white, grey, noise, glare, odd and tiny.

    Args:
        photographs: Scenes; without any, two moments of the synthetic landscape.
        size: Width and height if the export takes no other; else sizes differ.

    Raises:
        BadInputError: a photograph cannot be read.
    """
    scenes = {path.stem: _fitted(read_image(path)) for path in photographs} or _landscapes()
    first = next(iter(scenes.values()))
    if min(first.shape[:2]) < SHORTEST_PX:
        first = cv2.resize(first, (SIDE_PX, 144)).astype(np.uint8)
    glare = np.clip(first.astype(np.int16) * 4 - 300, 0, 255).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    pictures = {
        **scenes,
        "black": _flat(0),
        "white": _flat(255),
        "grey": _flat(128),
        "noise": noise,
        "extreme exposure": glare,
        "odd size": np.ascontiguousarray(first[:97, :131]),
        "16x16": np.ascontiguousarray(first[40:56, 40:56]),
    }
    if size is None:
        return pictures
    return {name: cv2.resize(p, size).astype(np.uint8) for name, p in pictures.items()}


def _flat(shade: int) -> Pixels:
    return np.full((120, 160, 3), shade, np.uint8)


def _landscapes() -> dict[str, Pixels]:
    with open_source("synthetic:seconds=1", size=(SIDE_PX, 144)) as source:
        frames = list(source)
    return {"landscape": frames[0].pixels, "landscape later": frames[-1].pixels}


def _fitted(picture: Pixels) -> Pixels:
    if max(picture.shape[:2]) <= SIDE_PX:
        return picture
    return np.ascontiguousarray(fit(picture, (SIDE_PX, SIDE_PX)))
