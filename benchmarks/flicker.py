"""How steady paintings are, relative to what the camera itself does.

- still: a still scene before a noisy camera (deviation of 4 levels). Mean change of the painting
  from frame to frame over mean change of the input.
- dark: the same with little light and much noise (deviation of 10), as a webcam in the evening; and
  denoised, as `pleinair live` does before it paints.
- pan: the camera moves by one pixel per frame, exactly. Mean difference between a painting and the
  one before, moved along, over the mean change of the input. 0: paint that sticks to things.
- zoom: the camera goes nearer by 1 % per frame, about the middle. As for pan, but following it
  interpolates, which costs something by itself: `--engine identity` says how much.
- exposure: the light swells and fades by 15 %. As for still; 1 where the painting only gets
  brighter as the scene does.
- clip: a real film, followed by its optical flow where that is certain: the difference between a
  painting and the one before, brought along, over the same of the film itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from benchmarks.motion import Clip, difference, follow_zoom, inside, zoomed
from benchmarks.schema import Row
from realtime.engines import open_engine
from realtime.film.steady import Steady
from realtime.frame import Frame, Pixels
from realtime.live.denoise import DenoisedEngine
from realtime.look import Look
from realtime.network.library import Entry, choose, find_bundles
from realtime.network.registry import many_styles
from realtime.ports import Engine, Size
from realtime.resize import fit
from realtime.sources.landscape import Landscape

NOISE_LEVELS = 4.0
DARK, DARK_NOISE_LEVELS = 0.3, 10.0
SWELL = 0.15
WARM_UP = 5
"""Frames before counting starts: the steadying filter remembers four."""


@dataclass(frozen=True)
class Asked:
    """What to measure."""

    size: Size
    frames: int = 20
    photograph: Path | None = None
    """The scene; None: the landscape."""
    engine: str = "auto"
    clip: Path | None = None
    style: str | None = None
    """The only style to measure; None: all."""


def measure_flicker(asked: Asked, tell: Callable[[str], None] = lambda line: None) -> list[Row]:
    """Return a row per style, and for each style of `article` another with the filter."""
    rows: list[Row] = []
    scene = _scene(asked)
    if asked.style is not None:
        choose(asked.style)  # says so if there is none
    clip = Clip.load(asked.clip, asked.frames + WARM_UP) if asked.clip else None
    for entry in find_bundles():
        if asked.style not in (None, *entry.card.names):
            continue
        with closing(open_engine(asked.engine, entry.path)) as engine:
            for number, name in enumerate(entry.card.names):
                if asked.style not in (None, name):
                    continue
                tell(f"{entry.name}, {name}")
                look = Look.of_style(number, len(entry.card.names))
                for steady in (False, True) if _is_unsteady(entry) else (False,):
                    facts = {"network": entry.card.config.architecture, "style": name}
                    gains = _gains(scene, clip, engine, look, steady, asked)
                    row = {"bench": "flicker", **facts, "stabilize": steady, **gains}
                    rows.append(row | {"runs_on": engine.description})
    return rows


def _is_unsteady(entry: Entry) -> bool:
    return entry.card.config.architecture not in many_styles()


def _gains(
    scene: Pixels, clip: Clip | None, engine: Engine, look: Look, steady: bool, asked: Asked
) -> dict[str, float]:
    def painter(*, denoise: bool = False) -> Callable[[Frame], Pixels]:
        hold = Steady() if steady else None
        seer = DenoisedEngine(engine) if denoise else engine

        def paint(frame: Frame) -> Pixels:
            painting = seer.stylize(frame, look)
            return (hold(frame, painting) if hold else painting).pixels

        return paint

    dark = list(_still(scene, asked, light=DARK, noise=DARK_NOISE_LEVELS))
    movies: dict[str, tuple[list[Pixels], Callable[[Pixels, Pixels], float]]] = {
        "still": (list(_still(scene, asked)), _in_place),
        "dark": (dark, _in_place),
        "dark_denoised": (dark, _in_place),
        "pan": (list(_pan(scene, asked)), _along_pan),
        "zoom": (zoomed(_view(scene, 0, asked), len(_count(asked))), _along_zoom),
        "exposure": (list(_exposure(scene, asked)), _in_place),
    }
    gains = {}
    for name, (views, apart) in movies.items():
        paint = painter(denoise=name == "dark_denoised")
        painted = [paint(Frame(view, i, i / 30)) for i, view in enumerate(views)]
        # For the input of a motion, what changes in a place counts: followed, nothing does.
        gains[name] = round(_change(painted, apart) / _change(views, _in_place), 3)
    if clip is not None:
        gains["clip"] = round(clip.gain(painter()), 3)
    return gains


def _in_place(before: Pixels, after: Pixels) -> float:
    return float(np.abs(after.astype(np.int16) - before).mean())


def _along_pan(before: Pixels, after: Pixels) -> float:
    return _in_place(np.ascontiguousarray(before[:, 1:]), after[:, :-1])


def _along_zoom(before: Pixels, after: Pixels) -> float:
    return difference(follow_zoom(before), after, inside(after))


def _change(frames: list[Pixels], apart: Callable[[Pixels, Pixels], float]) -> float:
    """Mean change from frame to frame, in levels, once the filter is warm."""
    counted = frames[WARM_UP:]
    return float(np.mean([apart(*pair) for pair in pairwise(counted)]))


def _scene(asked: Asked) -> Pixels:
    """The scene, with room to pan."""
    width = asked.size[0] + asked.frames + WARM_UP
    if asked.photograph is None:
        return Landscape(width, asked.size[1]).at(0.0)
    from realtime.sources import open_source

    with closing(open_source(f"images:{asked.photograph}")) as source:
        pixels = next(iter(source)).pixels
    scale = max(width / pixels.shape[1], asked.size[1] / pixels.shape[0])
    size = (round(pixels.shape[1] * scale) + 1, round(pixels.shape[0] * scale) + 1)
    return fit(cv2.resize(pixels, size).astype(np.uint8), size)[: asked.size[1], :width]


def _view(scene: Pixels, left: int, asked: Asked) -> Pixels:
    return np.ascontiguousarray(scene[:, left : left + asked.size[0]])


def _count(asked: Asked) -> range:
    return range(asked.frames + WARM_UP)


def _still(
    scene: Pixels, asked: Asked, *, light: float = 1.0, noise: float = NOISE_LEVELS
) -> Iterator[Pixels]:
    rng = np.random.default_rng(1)
    still = light * _view(scene, 0, asked).astype(np.float32)
    for _ in _count(asked):
        noisy = still + rng.normal(0, noise, still.shape)
        yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _pan(scene: Pixels, asked: Asked) -> Iterator[Pixels]:
    return (_view(scene, i, asked) for i in _count(asked))


def _exposure(scene: Pixels, asked: Asked) -> Iterator[Pixels]:
    still = _view(scene, 0, asked).astype(np.float32)
    for i in _count(asked):
        light = 1 + SWELL * np.sin(2 * np.pi * i / 12)
        yield np.clip(np.rint(still * light), 0, 255).astype(np.uint8)
