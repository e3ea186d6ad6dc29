"""A synthetic landscape for machines without a camera: sky, hills, a lake with a boat, a tree.

A picture depends on size and time alone. Static parts are drawn once, when a `Landscape` is made:
noise for hills, clouds and ripples, ellipses and lines for plants. Per frame the clouds are
shifted, the lake mirrors what is above it through moving noise, and the wind warps the foreground.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from realtime.frame import MIN_SIDE_PX, Pixels
from realtime.sources.landscape.brushes import (
    TILE_PX,
    Colour,
    Floats,
    Layer,
    Points,
    blurred,
    fill,
    layer_of,
    mixed,
    noise,
    over,
    shifted,
    tile,
    to_bytes,
)
from realtime.sources.landscape.plants import draw_foreground

LOOP_SECONDS = 120.0
"""Period of the animation."""
HORIZON = 0.54
"""Height of the far shore, from the top, in heights of the picture."""
SUN = 0.63, 0.31
"""Where it stands, in widths and heights."""
SKY_PERIOD = 2
"""Period of the clouds, in widths."""


class Landscape:
    """The landscape in one size.

    Args:
        width: Pixels, at least 16.
        height: Pixels, at least 16.

    Raises ValueError when the size is smaller than that.
    """

    def __init__(self, width: int, height: int) -> None:
        if min(width, height) < MIN_SIDE_PX:
            raise ValueError(f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX}, got {width}x{height}")
        self.width, self.height = width, height
        self._shore = round(HORIZON * height)
        rng = np.random.default_rng(11)
        self._sky = to_bytes(self._draw_sky())
        self._clouds = self._draw_clouds(rng)
        self._hills = self._draw_hills(rng)
        self._ripples = tile(rng)
        self._plan_lake()
        self._near = draw_foreground(width, height, rng)
        self._plan_wind()

    def at(self, seconds: float) -> Pixels:
        """Draw the moment, RGB uint8 (H, W, 3), a new array; repeats every `LOOP_SECONDS`."""
        turn = 2 * math.pi * (seconds % LOOP_SECONDS) / LOOP_SECONDS
        above = self._above(turn)
        boat = self._boat(turn)
        canvas = np.vstack([above, self._water(above, boat, turn)])
        for colour, points in boat:
            fill(canvas, points, colour)
        self._birds(canvas, turn)
        self._add_foreground(canvas, turn)
        return canvas

    # What is far away.

    def _draw_sky(self) -> Floats:
        """Blue above, warm at the horizon, and light around the sun: (shore, W, 3)."""
        across, down = self._places()
        ramp = (down / HORIZON)[..., None]
        sky = mixed((44, 96, 176), (156, 190, 222), np.clip(1.5 * ramp, 0, 1))
        sky = mixed(sky, (252, 206, 158), np.clip(1.9 * ramp - 0.95, 0, 1))
        wide = self.width / self.height
        away = np.hypot((across - SUN[0]) * wide, down - SUN[1])[..., None]
        sky = mixed(sky, (255, 232, 176), 0.9 * np.exp(-((away / 0.2) ** 1.2)))
        return mixed(sky, (255, 254, 236), np.clip((0.056 - away) / 0.014, 0, 1))

    def _draw_clouds(self, rng: np.random.Generator) -> Layer:
        """A belt of clouds that repeats, (shore, 3 W, 3)."""
        height, belt = self._shore, SKY_PERIOD * self.width
        puffs = np.zeros((height, belt), np.float32)
        for number in range(11):
            x, y = (number + rng.uniform(0.2, 0.8)) / 11 * belt, rng.uniform(0.14, 0.78) * height
            size = rng.uniform(0.07, 0.15) * height * (1.2 - y / height)
            for _ in range(30):
                offset, puff = rng.normal(0, 1.0), rng.uniform(0.25, 0.62)
                rise = abs(rng.normal(0, 0.55)) * math.exp(-(offset**2) / 2)
                for shift in (-belt, 0, belt):
                    place = round(x + 1.5 * offset * size + shift), round(y - rise * size)
                    cv2.circle(puffs, place, max(1, round(puff * size)), (1.0,), -1, cv2.LINE_AA)
        soft = max(0.3, height / 110)
        fray = 0.55 + 0.9 * noise(rng, (height, belt), 22)
        fade = np.clip(np.linspace(0, 12, belt, dtype=np.float32), 0, 1)
        fray = fray * fade + fray[:, ::-1] * (1 - fade)  # alike at both ends of the belt
        ragged = np.tile(blurred(np.tile(puffs, 3), 1.6 * soft)[:, belt : 2 * belt] * fray, 3)
        deep = blurred(ragged, 2 * soft)
        lit = deep - np.roll(deep, (round(2 * soft), -round(soft)), (0, 1))
        colours = mixed(
            (172, 156, 190), (255, 253, 246), np.clip(0.72 + 2.2 * lit, 0, 1)[..., None]
        )
        cover = 0.95 * np.clip(2.4 * (ragged - 0.3), 0, 1)
        used = slice(belt, 2 * belt + self.width)
        return layer_of(colours[:, used], cover[:, used])

    def _draw_hills(self, rng: np.random.Generator) -> Layer:
        """A mountain, hills, woods and a village, (shore, W, 3)."""
        height, width = self._shore, self.width
        across, down = self._places()
        x = across[0]
        colours = np.zeros((height, width, 3), np.float32)
        cover = np.zeros((height, width, 1), np.float32)
        peak = 0.19 * np.exp(-(((x - 0.75) / 0.2) ** 2)) + 0.06 * np.exp(
            -(((x - 0.42) / 0.25) ** 2)
        )
        ranges: list[tuple[Floats, Colour, Colour, float]] = [
            (0.03 + peak, (118, 112, 166), (222, 186, 186), 0.07),
            (
                0.045 + 0.035 * np.sin(9 * x + 1) * np.sin(4 * x),
                (84, 116, 78),
                (188, 182, 104),
                0.03,
            ),
            (0.018 + 0 * x, (26, 62, 34), (74, 116, 50), 0.02),
        ]
        for ridge, dark, light, rough in ranges:
            edge = ridge + rough * (noise(rng, (1, width), 12)[0] - 0.5)
            inside = np.clip((down - (HORIZON - edge)) * self.height + 0.5, 0, 1)[..., None]
            relief = noise(rng, (height, width), 30)[..., None]
            shaded = 7 * (relief - np.roll(relief, max(1, width // 110), 1)) + relief - 0.05
            slope = mixed(dark, light, np.clip(shaded, 0, 1))
            haze = np.clip(1.2 - (HORIZON - down) / (edge + 0.01), 0, 1)[..., None]
            slope = mixed(slope, (214, 196, 190), 0.45 * haze * (ridge.max() > 0.1))
            colours = colours + (slope - colours) * inside
            cover = np.maximum(cover, inside)
        for number, left in enumerate((0.715, 0.735, 0.76, 0.775, 0.8, 0.815, 0.835, 0.865)):
            tall = (0.027, 0.017, 0.022)[number % 3]
            self._house(colours, cover, left, 0.017, tall, (242, 236, 222), (184, 74, 58))
        self._house(
            colours, cover, 0.795, 0.009, 0.06, (232, 232, 236), (70, 84, 128), pointed=0.03
        )
        return layer_of(colours, cover[..., 0])

    def _house(
        self,
        colours: Floats,
        cover: Floats,
        left: float,
        wide: float,
        tall: float,
        wall: Colour,
        roof: Colour,
        pointed: float = 0.012,
    ) -> None:
        w, h, base = self.width, self.height, float(self._shore)
        x0, x1, y = left * w, (left + wide) * w, base - tall * h
        shapes = (
            (wall, [(x0, base), (x0, y), (x1, y), (x1, base)]),
            (roof, [(x0 - 1, y), ((x0 + x1) / 2, y - pointed * h), (x1 + 1, y)]),
        )
        for colour, points in shapes:
            fill(colours, points, colour)
            fill(cover, points, (1, 1, 1))

    def _above(self, turn: float) -> Pixels:
        """Everything over the far shore, (shore, W, 3) uint8."""
        at = int(turn / (2 * math.pi) * SKY_PERIOD * self.width)
        picture = over(self._sky, *(part[:, at : at + self.width] for part in self._clouds))
        return over(picture, *self._hills)

    def _birds(self, canvas: Pixels, turn: float) -> None:
        for number in range(4):
            x = (0.2 + 0.13 * number + 3 * turn / (2 * math.pi)) % 1.3 - 0.15
            y = 0.16 + 0.035 * math.sin(5 * turn + number)
            wing = 0.007 * math.sin(60 * turn + 2 * number)
            points = [(x - 0.011, y - wing), (x, y), (x + 0.011, y - wing)]
            place = 16 * np.array([(px * self.width, py * self.height) for px, py in points])
            cv2.polylines(canvas, [place.astype(np.int32)], False, (52, 58, 78), 1, cv2.LINE_AA, 4)

    # The lake.

    def _plan_lake(self) -> None:
        """Work out what of the lake stays the same. Waves are half as fine as pixels."""
        height, width = self.height - self._shore, self.width
        depth = (np.arange(0, height, 2, dtype=np.float32)[:, None] + 1) / height  # 0 far, 1 near
        x = np.linspace(-0.5, 0.5, (width + 1) // 2, dtype=np.float32)[None]
        near = 0.08 + depth
        places = np.dstack(np.broadcast_arrays(0.9 * x / near, 1.1 / near)).astype(np.float32)
        # Where each pixel finds its waves: near ones are larger than far ones.
        self._waves_at = [(scale * TILE_PX * places) % TILE_PX for scale in (1.0, 2.0)]
        self._tint = 0.14 + 0.4 * depth
        self._sun = np.exp(-(((x + 0.5 - SUN[0]) / (0.06 + 0.15 * depth)) ** 2)) * (
            0.4 + 0.6 * depth
        )
        rows, columns = np.mgrid[:height, :width].astype(np.float32)
        swing = np.linspace(0.004, 0.05, height, dtype=np.float32)[:, None]
        self._rows, self._columns = (rows, 2.2 * height * swing), (columns, 0.3 * width * swing)

    def _water(self, above: Pixels, boat: Sequence[tuple[Colour, Points]], turn: float) -> Pixels:
        """The lake, (H - shore, W, 3) uint8: what is above it, mirrored through waves."""
        size = self.width, self.height - self._shore
        mirror = cast(Pixels, cv2.resize(above[::-1], size))
        line = boat[0][1][0][1]  # where the hull meets the water
        for colour, points in boat:
            fill(mirror, [(x, 0.9 * (2 * line - y - self._shore)) for x, y in points], colour)
        waves = np.zeros(self._sun.shape, np.float32)
        for places, across, down in zip(self._waves_at, (9, -14), (26, 38), strict=True):
            laps = turn / (2 * math.pi) * TILE_PX
            moved = shifted(self._ripples, across * laps, down * laps)
            waves += cv2.remap(moved, places, None, cv2.INTER_LINEAR)  # type: ignore[call-overload]
        glint = np.clip(3.5 * waves + 2.6 * self._sun - 2.6, 0, 1) * self._sun
        deep = np.clip(self._tint - 0.22 * waves, 0, 1)
        glow = glint[..., None]
        tint = mixed(deep[..., None] * np.array((30, 92, 128), np.float32), (255, 250, 222), glow)
        clear = cv2.resize(to_bytes(255 * (1 - deep) * (1 - glint)), size)
        waves = np.asarray(cv2.resize(waves, size), np.float32)
        rows, columns = (base + waves * swing for base, swing in (self._rows, self._columns))
        seen = cv2.remap(mirror, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        through = cv2.cvtColor(clear, cv2.COLOR_GRAY2RGB)
        return over(cast(Pixels, seen), cv2.resize(to_bytes(tint), size), through)

    def _boat(self, turn: float) -> list[tuple[Colour, Points]]:
        """Hull and sails as polygons, in pixels; the hull's first point is on the water."""
        size, heel = 0.085 * self.height, 0.05 + 0.03 * math.sin(24 * turn)
        x = (0.5 - 0.17 * math.cos(turn)) * self.width
        y = (HORIZON + 0.115) * self.height + 0.003 * self.height * math.sin(31 * turn)

        def turned(*points: tuple[float, float]) -> Points:
            return [(x + size * (px - heel * py), y + size * (py + heel * px)) for px, py in points]

        return [
            ((116, 58, 34), turned((-0.75, 0.0), (-1.0, -0.26), (1.05, -0.3), (0.78, 0.0))),
            ((168, 96, 54), turned((-1.0, -0.26), (1.05, -0.3), (1.02, -0.22), (-0.97, -0.18))),
            ((62, 44, 34), turned((-0.02, -0.26), (-0.02, -2.1), (0.03, -2.1), (0.03, -0.26))),
            ((226, 92, 44), turned((-0.07, -2.0), (-0.07, -0.42), (-0.95, -0.42), (-0.4, -1.1))),
            ((244, 236, 216), turned((0.08, -1.95), (0.08, -0.42), (0.85, -0.45), (0.42, -1.1))),
        ]

    # What is near.

    def _plan_wind(self) -> None:
        """Work out how far each place sways: high up more, and not all at once."""
        rows, columns = np.mgrid[: self.height, : self.width].astype(np.float32)
        down, across = rows[::4, ::4] / self.height, columns[::4, ::4] / self.width
        amount = np.clip(0.9 - down, 0, 0.5) ** 1.4 * 0.012 * self.height
        phase = 9 * across + 7 * down
        self._sway = [amount * wave(phase) for wave in (np.cos, np.sin)]
        self._still = columns, rows

    def _add_foreground(self, canvas: Pixels, turn: float) -> None:
        """Lay what is near over the canvas, bent by the wind: the tree's half, and the meadow."""
        gust = 1 + 0.5 * math.sin(83 * turn)
        one, other = (gust * wave(47 * turn) for wave in (math.sin, math.cos))
        wind = cv2.resize(one * self._sway[0] + other * self._sway[1], (self.width, self.height))
        middle = round(0.66 * self.height)
        for part in np.s_[:middle, : self.width // 2], np.s_[middle:, :]:
            columns, rows = (places[part] for places in self._still)
            bent = columns + wind[part]
            near = cv2.remap(
                self._near, bent, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            cover = cv2.cvtColor(255 - near[..., 3], cv2.COLOR_GRAY2RGB)
            canvas[part] = over(canvas[part], cv2.cvtColor(near, cv2.COLOR_RGBA2RGB), cover)

    def _places(self) -> tuple[Floats, Floats]:
        """Across and down for the part above the shore, in widths and heights of the picture."""
        down, across = np.mgrid[: self._shore, : self.width].astype(np.float32)
        return (across + 0.5) / self.width, (down + 0.5) / self.height
