"""Temporal denoising of camera frames before they are painted, where there is much noise.

In a dark room a webcam's noise is what moves most, and a painting makes strokes of it. Every pixel
is averaged with its own past where both agree within what the noise explains, and is taken as it
comes where they do not: what moves stays sharp and leaves no trail. How strong the noise is gets
measured from the pictures themselves (after the classic motion-adaptive recursive filter, Dubois
and Sabri 1984, "Noise reduction in image sequences using motion-compensated temporal filtering").
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from realtime.engines.base import WrappedEngine
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.ports import Engine

LEAST_NOISE = 1.5
"""Standard deviation, in levels of 255, from which on it is worth doing."""
SHARE_OF_NEW = 0.25
"""How much of the new picture counts where nothing moves."""
STILL, MOVING = 0.8, 2.0
"""Difference to the past, averaged over a few pixels and in deviations of the noise, up to which
nothing moved, and from which on something did. Noise alone gives about 0.9 at first and less once
the past is calm."""
WINDOW_PX = 7
BLOCK_PX = 16
CALMEST = 0.2
"""The share of blocks that the noise is read from: those that change least hold no motion."""
MEAN_OF_DIFFERENCE = 2 / np.sqrt(np.pi)
"""Mean absolute difference of two pictures with noise of deviation 1."""
CLIPPED = 6
"""Blocks this near to black or white, in levels, are clipped and show too little noise."""
LAG = 0.15
"""How much of each new measurement of the noise counts."""

Floats = npt.NDArray[np.float32]


class DenoisedEngine(WrappedEngine):
    """Denoises frames before another engine paints them. Keeps state: for one live run, in order.

    Strength 0 still gives back the frame's own pixels, noise and all.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.denoise = Denoise()

    @property
    def description(self) -> str:
        """What the engine inside runs on, and whether frames are being denoised."""
        noisy = self.denoise.noise >= LEAST_NOISE
        return f"{self._engine.description}, denoised" if noisy else self._engine.description

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame (see `ports.Engine`)."""
        calm = self.denoise(frame.pixels)
        if look.strength == 0.0:
            return frame
        return self._engine.stylize(frame.with_pixels(calm), look)


class Denoise:
    """Motion-adaptive recursive filter. Feed it every picture in order; a new size resets it."""

    def __init__(self) -> None:
        self.noise = 0.0
        """Standard deviation of the noise, in levels of 255, as far as it is known."""
        self._raw: Pixels | None = None
        self._past: Pixels | None = None

    def __call__(self, pixels: Pixels) -> Pixels:
        """Return (H, W, 3) RGB uint8 with less noise, or `pixels` itself where there is little."""
        if self._raw is None or self._raw.shape != pixels.shape:
            self.noise, self._raw, self._past = 0.0, pixels, None
            return pixels
        self._measure(pixels)
        if self.noise < LEAST_NOISE:
            self._past = None
            return pixels
        past = pixels if self._past is None else self._past
        self._past = _averaged(pixels, past, self.noise)
        return self._past

    def _measure(self, pixels: Pixels) -> None:
        assert self._raw is not None
        now = noise_between(self._raw, pixels)
        self._raw = pixels
        self.noise += (now - self.noise) * (LAG if self.noise else 1.0)


def noise_between(before: Pixels, after: Pixels) -> float:
    """Return the standard deviation of the noise of two pictures, in levels, per channel.

    Args:
        before: (H, W, 3) RGB uint8.
        after: The next picture, of the same size.
    """
    # Green alone and every other row: enough to know it by.
    one, two = before[::2, :, 1], after[::2, :, 1]
    size = max(1, one.shape[1] // BLOCK_PX), max(1, one.shape[0] // BLOCK_PX)
    change = cv2.resize(
        cv2.absdiff(one, two).astype(np.float32), size, interpolation=cv2.INTER_AREA
    )
    light = cv2.resize(two, size, interpolation=cv2.INTER_AREA)
    unclipped = change[(light > CLIPPED) & (light < 255 - CLIPPED)]
    if not unclipped.size:
        return 0.0
    return float(np.quantile(unclipped, CALMEST) / MEAN_OF_DIFFERENCE)


def _averaged(pixels: Pixels, past: Pixels, noise: float) -> Pixels:
    """Blend the picture with the filtered past, more of it where both agree."""
    height, width = pixels.shape[:2]
    small = (max(1, width // 2), max(1, height // 2))
    # Differences are signed until they have been averaged: noise cancels out, motion does not.
    grey, before = (
        cv2.resize(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), small, interpolation=cv2.INTER_AREA)
        for p in (pixels, past)
    )
    apart = cv2.absdiff(cv2.blur(grey, (3, 3)), cv2.blur(before, (3, 3)))
    apart = cv2.dilate(apart, np.ones((3, 3), np.uint8))
    share = cv2.resize(_share_of_new(noise)[apart], (width, height))
    return np.asarray(cv2.blendLinear(pixels, past, share, 1 - share), np.uint8)


def _share_of_new(noise: float) -> Floats:
    """Weight of the new picture for every difference in levels."""
    far = (np.arange(256, dtype=np.float32) / noise - STILL) / (MOVING - STILL)
    return np.asarray(SHARE_OF_NEW + (1 - SHARE_OF_NEW) * np.clip(far, 0, 1), np.float32)
