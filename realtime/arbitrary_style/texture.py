"""Texture statistics without a trained network: energies of a filter bank.

As in steerable pyramids (Simoncelli and Freeman 1995; Portilla and Simoncelli 2000, for textures):
slopes in four directions and dots, at four octaves of light; slopes of colour. How
strong they are on average, and how strong where they are strong, tells flat areas with hard edges
from hatching.

Checked against VGG's Gram matrices with eight paintings and the styles of `fast`, each painting's
own style left out: the texture error of the style that is nearest by these numbers was 1.09 times
that of the nearest by VGG.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from realtime.frame import Pixels

Statistics = npt.NDArray[np.float64]
OCTAVES = 4
LEAST_LEVELS = 0.5
"""Added to all energies, so that what is not there counts little."""
OPPONENT = np.array([[0.299, 0.587, 0.114], [0.5, -0.5, 0.0], [-0.25, -0.25, 0.5]], np.float32)
"""RGB to light, red against green, blue against yellow."""
SLOPES = tuple(
    np.array(rows, np.float32) / norm
    for rows, norm in (
        ([[0, 0, 0], [-1, 0, 1], [0, 0, 0]], 2.0),
        ([[0, -1, 0], [0, 0, 0], [0, 1, 0]], 2.0),
        ([[-1, 0, 0], [0, 0, 0], [0, 0, 1]], 8.0**0.5),
        ([[0, 0, -1], [0, 0, 0], [1, 0, 0]], 8.0**0.5),
    )
)
DOTS = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], np.float32) / 4.0


def statistics(pixels: Pixels) -> Statistics:
    """Describe (H, W, 3) RGB uint8, at least 64 px on each side: logarithms of energies."""
    level = cv2.transform(pixels.astype(np.float32), OPPONENT)
    found: list[float] = []
    for octave in range(OCTAVES):
        if octave:
            level = cv2.resize(level, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        light, *colours = (np.asarray(one, np.float32) for one in cv2.split(level))
        for kernel in (*SLOPES, DOTS):
            answer = _answer(light, kernel)
            found += [float(answer.mean()), float(np.sqrt(np.square(answer).mean()))]
        found += [float(_answer(one, kernel).mean()) for one in colours for kernel in SLOPES[:2]]
    return np.log(np.array(found) + LEAST_LEVELS)


def difference(found: Statistics, wanted: Statistics) -> float:
    """Return the mean squared difference of two descriptions: 0 is alike, 0.1 is near."""
    return float(np.square(found - wanted).mean())


def _answer(channel: npt.NDArray[np.float32], kernel: npt.NDArray[np.float32]) -> np.ndarray:
    return np.abs(cv2.filter2D(channel, -1, kernel, borderType=cv2.BORDER_REFLECT))
