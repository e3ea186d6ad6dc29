"""The lake: mirrors what is above it, broken by waves, with the sun glittering on their crests."""

from __future__ import annotations

import math

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.sources.landscape.scene import Floats, Scene, grid, ramp, smoothstep, to_pixels, turn

WAVE_NUMBERS = (4.0, 9.0, 20.0, 45.0, 100.0, 210.0)
"""From swell to ripples, in radians per height of the eye above the water."""
DIRECTIONS = 7
GLITTER_FROM, GLITTER = 0.75, 300.0
"""Slope from which on a wave throws the sun into the eye, and how brightly."""


class Water:
    """The rows below the horizon."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._height = scene.height - scene.horizon
        self._waves = [_Wave(scene, i, k) for i, k in enumerate(WAVE_NUMBERS)]
        rows, columns = grid(self._height, scene.width)
        near = rows / self._height
        self._columns = np.repeat(columns - 0.5, self._height, axis=0)
        self._rows = np.repeat(rows - 0.5, scene.width, axis=1)
        self._reach = np.repeat(0.024 * scene.unit * near**0.7, scene.width, axis=1)
        self._clear = np.repeat(228 - 88 * near**0.8, scene.width, axis=1)
        deep = ramp(near, (0.0, (22, 34, 40)), (0.5, (12, 40, 52)), (1.0, (6, 40, 46)))
        self._deep = to_pixels(np.repeat(deep, scene.width, axis=1))
        self._path, self._lit = _sun_path(scene)

    def mirror(self, canvas: Pixels) -> Pixels:
        """Return what still water would show, (H, W, 3), to paint reflections into."""
        horizon = self._scene.horizon
        above = canvas[horizon - self._height : horizon]
        return np.asarray(cv2.flip(above, 0), np.uint8)

    def paint(self, canvas: Pixels, mirror: Pixels, seconds: float) -> None:
        """Break the mirror image by the waves of this moment and paint the water."""
        slope = self._slope(seconds)
        rows = cv2.multiply(slope, self._reach)
        cv2.add(rows, self._rows, dst=rows)
        wide = cv2.cvtColor(mirror, cv2.COLOR_RGB2RGBA)
        broken = cv2.remap(
            wide, self._columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        water = canvas[self._scene.horizon :]
        cv2.cvtColor(broken, cv2.COLOR_RGBA2RGB, dst=water)
        clear = cv2.convertScaleAbs(cv2.addWeighted(slope, 26, self._clear, 1, 0))
        cv2.multiply(water, cv2.cvtColor(clear, cv2.COLOR_GRAY2RGB), dst=water, scale=1 / 255)
        cv2.add(water, self._deep, dst=water)
        self._glitter(water, slope)

    def _slope(self, seconds: float) -> Floats:
        """Steepness of the water towards the eye (H, W), about 1 where it is strong."""
        slope = np.zeros((self._height, self._scene.width), np.float32)
        for wave in self._waves:
            wave.add_to(slope, seconds)
        return slope

    def _glitter(self, water: Pixels, slope: Floats) -> None:
        part = water[:, self._lit]
        crests = np.maximum(slope[:, self._lit] - GLITTER_FROM, 0)
        cv2.multiply(crests, self._path, dst=crests, scale=GLITTER)
        warm = [cv2.convertScaleAbs(crests, alpha=share) for share in (1.0, 0.8, 0.5)]
        cv2.add(part, cv2.merge(warm), dst=part)


class _Wave:
    """Waves of one length from many directions: all of one frequency, so two pictures make them.

    sin(a - w t) = sin(a) cos(w t) - cos(a) sin(w t), and so is every sum of such waves.
    """

    def __init__(self, scene: Scene, number: int, wave_number: float) -> None:
        height = scene.height - scene.horizon
        rows, columns = grid(height, scene.width)
        # Perspective; the small sum keeps the waves at the horizon from becoming endless.
        distance = 1 / (rows / height + 0.05)
        aside = (columns - scene.width / 2) / (0.8 * scene.unit) * distance
        rng = np.random.default_rng((41, number))
        angles = np.clip(rng.normal(0, 0.55, DIRECTIONS), -1.3, 1.3)
        phases = rng.uniform(0, math.tau, DIRECTIONS)
        stretch = rng.uniform(0.85, 1.15, DIRECTIONS)
        sine, cosine = (np.zeros((height, scene.width), np.float32) for _ in range(2))
        for angle, phase, longer in zip(angles, phases, stretch, strict=True):
            k = wave_number * longer
            at = k * (math.sin(angle) * aside + math.cos(angle) * distance) + phase
            sine += np.sin(at, dtype=np.float32)
            cosine += np.cos(at, dtype=np.float32)
        # A wave shorter than about three rows cannot be seen, only flicker.
        per_row = wave_number * distance**2 / height
        seen = smoothstep(2.2, 0.9, per_row) * 0.55 / math.sqrt(DIRECTIONS / 2)
        self._first = int(np.argmax(seen[:, 0] > 0)) if seen.any() else height
        self._sine, self._cosine = (sine * seen)[self._first :], (cosine * seen)[self._first :]
        # Longer waves are slower to repeat: deep water has w = sqrt(g k).
        self._times = round(9 * math.sqrt(wave_number))

    def add_to(self, slope: Floats, seconds: float) -> None:
        """Add the wave of this moment to the slope (H, W)."""
        angle = turn(seconds, self._times)
        part = slope[self._first :]
        if part.size:
            cv2.scaleAdd(self._sine, math.cos(angle), part, dst=part)
            cv2.scaleAdd(self._cosine, -math.sin(angle), part, dst=part)


def _sun_path(scene: Scene) -> tuple[Floats, slice]:
    """How much the sun glitters (H, W) in [0, 1], wider towards us, and in which columns."""
    height = scene.height - scene.horizon
    reach, x = 0.3 * scene.unit, scene.sun[0]
    lit = slice(max(int(x - reach), 0), min(math.ceil(x + reach), scene.width))
    rows, columns = grid(height, lit.stop - lit.start)
    near = rows / height
    aside = (columns + lit.start - x) / ((0.035 + 0.11 * near) * scene.unit)
    path = np.exp(-(aside**2)) * (1 - 0.55 * near) * smoothstep(0.0, 0.05, near)
    return path.astype(np.float32), lit
