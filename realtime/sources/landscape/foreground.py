"""What stands on our side of the lake: a meadow, a tree, reeds. Drawn once; `wind` moves it.

Everything is drawn into one picture (H, W, 4): colour times opacity, and in the fourth channel
what shows through, 255 where nothing is. Drawing (r, g, b, 0) with soft edges keeps it so.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from realtime.frame import Pixels
from realtime.sources.landscape.scene import (
    Colour,
    Floats,
    Scene,
    fractal,
    grid,
    mix,
    ramp,
    smoothstep,
    to_pixels,
)

LEAVES = (
    (0.0, (18, 40, 38)),
    (0.3, (34, 68, 42)),
    (0.55, (74, 108, 44)),
    (0.8, (156, 164, 58)),
    (1.0, (236, 208, 104)),
)
GRASS = (
    (0.0, (24, 52, 36)),
    (0.4, (62, 98, 42)),
    (0.7, (132, 148, 56)),
    (1.0, (224, 196, 98)),
)
FLOWERS = ((214, 52, 38), (232, 84, 46), (250, 240, 222), (246, 206, 70), (142, 96, 178))
BARK = ((0.0, (34, 26, 30)), (0.6, (82, 60, 48)), (1.0, (170, 124, 82)))

TREE_FOOT = (0.115, 0.885)
"""Where the tree stands, as a share of width and height."""
LEAVES_PER_CLUMP = 190
LIMBS = (
    ((0.0, 0.0), (0.02, -0.30), (-0.02, -0.60), (-0.10, -0.95)),
    ((0.01, -0.22), (0.10, -0.45), (0.22, -0.62), (0.30, -0.68)),
    ((0.0, -0.42), (0.09, -0.66), (0.13, -0.88), (0.16, -1.02)),
    ((0.01, -0.36), (-0.10, -0.52), (-0.24, -0.62), (-0.30, -0.66)),
)
"""Trunk and boughs as bent lines, right and down from the foot, in tree heights."""


def shore(scene: Scene) -> Floats:
    """Row of the meadow's edge in each column, (1, W)."""
    _, columns = grid(1, scene.width)
    x = columns / scene.width
    curve = 0.845 + 0.12 * smoothstep(0.05, 0.62, x) - 0.075 * smoothstep(0.6, 1.0, x)
    bumps = fractal(1, scene.width, cells=(1, 4), seed=51, octaves=5)
    return np.asarray(scene.height * (curve + 0.006 * bumps), np.float32)


def draw(scene: Scene) -> Pixels:
    """Draw the foreground, (H, W, 4)."""
    picture = np.zeros((scene.height, scene.width, 4), np.uint8)
    picture[..., 3] = 255
    edge = shore(scene)
    _draw_ground(picture, scene, edge)
    _draw_grass(picture, scene, edge[0], share=(0.0, 0.55), count=2600)
    _draw_tree(picture, scene)
    _draw_grass(picture, scene, edge[0], share=(0.5, 1.1), count=1500)
    _draw_flowers(picture, scene, edge[0])
    _draw_reeds(picture, scene, edge[0])
    return picture


def _draw_ground(picture: Pixels, scene: Scene, edge: Floats) -> None:
    first = max(int(edge.min()) - 1, 0)
    rows, columns = grid(scene.height - first, scene.width)
    texture = fractal(len(rows), scene.width, cells=(3, 8), seed=52, gain=0.7)
    edge = edge - first
    depth = (rows - edge) / (0.16 * scene.height)
    light = 0.72 - 0.45 * depth + 0.13 * texture
    shadow = np.exp(-(((columns / scene.width - 0.02) / 0.22) ** 2))
    colour = ramp(light - 0.35 * shadow, *GRASS)
    wet = smoothstep(0.05, 0.0, depth)
    colour = mix(colour, (64, 56, 42), 0.6 * wet)
    cover = np.clip(rows - edge + 0.5, 0, 1)
    picture[first:, :, :3] = to_pixels(colour * cover[..., None])
    picture[first:, :, 3] = to_pixels(255 - 255 * cover)


def _draw_grass(
    picture: Pixels, scene: Scene, edge: Floats, *, share: tuple[float, float], count: int
) -> None:
    """Blades from far to near; `share` is the part of the way from the shore to the bottom."""
    rng = np.random.default_rng((53, count))
    depths = np.sort(rng.uniform(*share, count))
    across = rng.uniform(-0.02, 1.02, count)
    lights = rng.normal(0.72, 0.2, count) - 0.3 * np.exp(-((across / 0.24) ** 2)) - 0.22 * depths
    bends = rng.normal(0.15, 0.3, count)
    sizes = rng.uniform(0.5, 1.0, count)
    colours = _colours(lights, GRASS)
    for depth, x, bend, size, colour in zip(depths, across, bends, sizes, colours, strict=True):
        left = x * scene.width
        top = float(edge[int(np.clip(left, 0, scene.width - 1))])
        foot = top + depth * (scene.height - top) + 0.004 * scene.unit
        length = (0.022 + 0.038 * depth) * size * scene.unit
        blade = ((0, 0), (0.25 * bend * length, -0.6 * length), (bend * length, -length))
        _stroke(picture, blade, (left, foot), colour, (0.0016 + 0.0022 * depth) * scene.unit)


def _draw_flowers(picture: Pixels, scene: Scene, edge: Floats) -> None:
    rng = np.random.default_rng(54)
    beds = rng.uniform(0.0, 1.0, 16)
    # Where a flower is smaller than a pixel, as many would hide the grass.
    count = round(230 * min(1.0, scene.unit / 450))
    for depth in np.sort(rng.uniform(0.12, 0.95, count)):
        bed = int(rng.integers(len(beds)))
        x = (beds[bed] + rng.normal(0, 0.03)) * scene.width
        top = float(edge[int(np.clip(x, 0, scene.width - 1))])
        y = top + depth * (scene.height - top) - 0.02 * scene.unit
        size = (0.0022 + 0.0048 * depth) * rng.uniform(0.7, 1.2) * scene.unit
        light = rng.uniform(0.78, 1.04)
        red, green, blue = FLOWERS[(bed + (rng.random() < 0.2)) % len(FLOWERS)]
        _blot(picture, (x, y), (size, 0.75 * size), 0.0, (red * light, green * light, blue * light))


def _draw_reeds(picture: Pixels, scene: Scene, edge: Floats) -> None:
    rng = np.random.default_rng(55)
    for x in rng.normal(0.93, 0.045, 70):
        left = x * scene.width
        foot = float(edge[int(np.clip(left, 0, scene.width - 1))]) + 0.02 * scene.unit
        length = rng.uniform(0.09, 0.2) * scene.unit
        lean = rng.normal(0.06, 0.1) * length
        stalk = ((0, 0), (0.3 * lean, -0.55 * length), (lean, -length))
        (colour,) = _colours(rng.normal(0.55, 0.22, 1), GRASS)
        _stroke(picture, stalk, (left, foot), colour, 0.0035 * scene.unit)
        if rng.random() < 0.4:
            tip = (left + 0.94 * lean, foot - 0.97 * length)
            axes = (0.0052 * scene.unit, 0.019 * scene.unit)
            _blot(picture, tip, axes, math.degrees(lean / length), (104, 66, 40))


def _draw_tree(picture: Pixels, scene: Scene) -> None:
    tall = 0.80 * scene.height
    wide = 0.62 * min(scene.unit, 0.95 * scene.width)
    rng = np.random.default_rng(56)
    clumps = _clumps(rng)
    _draw_leaves(picture, scene, clumps[: len(clumps) // 3], (wide, tall), dim=0.3)
    trunk, *boughs = LIMBS
    for bough in boughs:
        _draw_limb(picture, scene, bough, (wide, tall), thick=0.024)
    _draw_limb(picture, scene, trunk, (wide, tall), thick=0.055)
    _draw_leaves(picture, scene, clumps[len(clumps) // 3 :], (wide, tall), dim=0.0)


def _clumps(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Centres of the bunches of leaves (N, 2) in tree sizes, right and down; the last in front."""
    turn, far = rng.uniform(0, math.tau, 78), np.sqrt(rng.uniform(0.02, 1, 78))
    crown = np.stack((0.02 + 0.42 * far * np.cos(turn), -0.80 + 0.29 * far * np.sin(turn)), axis=1)
    return crown[np.argsort(far * np.cos(turn - 0.6) + rng.normal(0, 0.5, 78))]


def _draw_leaves(
    picture: Pixels,
    scene: Scene,
    clumps: npt.NDArray[np.float64],
    size: tuple[float, float],
    *,
    dim: float,
) -> None:
    rng = np.random.default_rng((57, len(clumps)))
    foot_x, foot_y = TREE_FOOT[0] * scene.width, TREE_FOOT[1] * scene.height
    for right, down in clumps:
        centre = np.array((foot_x + right * size[0], foot_y + down * size[1]))
        spread = rng.normal(0, 0.42, (LEAVES_PER_CLUMP, 2)).clip(-1, 1)
        # The light comes from the upper right: onto each bunch, and onto the crown as a whole.
        towards = 0.62 * spread[:, 0] - 0.55 * spread[:, 1] + 0.7 * right - 0.45 * (down + 0.8)
        lights = 0.42 + 0.42 * towards + rng.normal(0, 0.11, LEAVES_PER_CLUMP) - dim
        order = np.argsort(lights + rng.normal(0, 0.15, LEAVES_PER_CLUMP))
        radius = 0.062 * np.array((size[0] * 1.5, size[0] * 1.1))
        colours = _colours(lights[order], LEAVES)
        places = centre + radius * spread[order]
        lengths = 0.0068 * scene.unit * rng.uniform(0.7, 1.25, LEAVES_PER_CLUMP)
        angles = rng.uniform(0, 180, LEAVES_PER_CLUMP)
        for (x, y), long, angle, colour in zip(places, lengths, angles, colours, strict=True):
            _blot(picture, (x, y), (long, 0.56 * long), angle, colour)


def _draw_limb(
    picture: Pixels,
    scene: Scene,
    limb: tuple[tuple[float, float], ...],
    size: tuple[float, float],
    *,
    thick: float,
) -> None:
    """A tapering limb of many long fibres, lit from the right."""
    t = np.linspace(0, 1, 40)
    bends = np.array(limb) * size
    x, y = (np.interp(t, np.linspace(0, 1, len(bends)), bends[:, axis]) for axis in (0, 1))
    width = thick * size[0] * (1 - 0.75 * t) * (1 + 0.8 * (1 - t) ** 12)
    foot = (TREE_FOOT[0] * scene.width, TREE_FOOT[1] * scene.height)
    sides = np.linspace(-0.46, 0.46, 15)
    grain = fractal(len(sides), len(t), cells=(9, 5), seed=58, octaves=3)
    for side, fibre in zip(sides, grain, strict=True):
        colours = _colours(0.42 + 0.8 * side + 0.13 * fibre, BARK)
        for i, colour in enumerate(colours[:-1]):
            ends = tuple((x[j] + side * width[j], y[j]) for j in (i, i + 1))
            _stroke(picture, ends, foot, colour, width[i] / 11)


def _colours(
    lights: npt.NDArray[np.floating], scale: tuple[tuple[float, Colour], ...]
) -> list[Colour]:
    colours = ramp(lights, *scale)
    return [(float(r), float(g), float(b)) for r, g, b in colours]


def _stroke(
    picture: Pixels,
    points: tuple[tuple[float, float], ...],
    foot: tuple[float, float],
    colour: Colour,
    thick: float,
) -> None:
    where = np.round(16 * (np.array(points) + foot)).astype(np.int32)
    pen = max(round(thick), 1)
    cv2.polylines(picture, [where], False, (*colour, 0), pen, cv2.LINE_AA, shift=4)


def _blot(
    picture: Pixels,
    centre: tuple[float, float],
    axes: tuple[float, float],
    degrees: float,
    colour: Colour,
) -> None:
    at = (round(16 * centre[0]), round(16 * centre[1]))
    radii = (max(round(16 * axes[0]), 8), max(round(16 * axes[1]), 8))
    cv2.ellipse(picture, at, radii, degrees, 0, 360, (*colour, 0), -1, cv2.LINE_AA, shift=4)
