"""`pleinair bench flicker`: temporal stability of paintings, relative to the input's own change.

- still: a still scene before a noisy camera (deviation of 4 levels). Mean change of the painting
  from frame to frame over mean change of the input. `pleinair appraise` takes the same ratio over
  photographs and calls it noise gain; it depends on the scene, so the two are not compared.
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

To follow means to bring the picture before to where its things are now. What then still differs is
flicker, and what the interpolation of the following itself costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.harness import Tell, landscape, silent
from benchmarks.result import Row
from realtime.engines import open_engine
from realtime.engines.enlarge import resized
from realtime.errors import BadInputError
from realtime.film.temporal_filter import TemporalFilter
from realtime.frame import Frame, Pixels
from realtime.live.denoise import DenoisedEngine
from realtime.look import Look
from realtime.network.library import choose, find_bundles
from realtime.network.registry import many_styles
from realtime.ports import Engine, Size
from realtime.sources import open_source
from realtime.sources.video_source import VideoSource

NOISE_LEVELS = 4.0
DARK, DARK_NOISE_LEVELS = 0.3, 10.0
SWELL, SWELL_FRAMES = 0.15, 12
WARM_UP = 5
"""Frames before counting starts: the steadying filter remembers four."""
ZOOM = 1.01
"""Per frame, about the middle: 3 px at the edge of 640."""
LENS_PX = 1.0
"""Deviation of the lens's blur: what is sharper cannot be followed between two pixels."""
INSIDE = slice(2, -2), slice(2, -2)
"""All of a zoom but the edge, whose neighbours are not in the picture."""
CONSISTENT_PX = 1.0
"""Forth and back must lead home this closely; elsewhere something was hidden or is new."""
T = TypeVar("T", np.uint8, np.float32)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FlickerCase:
    """What to measure."""

    size: Size
    frames: int = 20
    photograph: Path | None = None
    """The scene; None: the landscape."""
    engine: str = "auto"
    clip: Path | None = None
    style: str | None = None
    """The only style to measure; None: all."""
    precision: str = "auto"


class Movie(NamedTuple):
    """Pictures of one scene, RGB uint8 (H, W, 3), and how two paintings of them are compared."""

    views: Sequence[Pixels]
    apart: Callable[[Pixels, Pixels], float]


def measure_flicker(case: FlickerCase, tell: Tell = silent) -> list[Row]:
    """Return a row per style, and for each style of `article` another with the filter."""
    if case.style is not None:
        choose(case.style)  # says so if there is none
    rows: list[Row] = []
    movies = _movies(_scene(case), case)
    clip = Clip.load(case.clip, case.frames + WARM_UP) if case.clip else None
    for entry in find_bundles():
        names, network = entry.card.names, entry.card.config.architecture
        if case.style not in (None, *names):
            continue
        with open_engine(case.engine, entry.path, precision=case.precision) as engine:
            for number, name in enumerate(names):
                if case.style not in (None, name):
                    continue
                tell(f"{entry.name}, {name}")
                look = Look.of_style(number, len(names))
                for steady in (False,) if network in many_styles() else (False, True):
                    facts = {"network": network, "style": name, "stabilize": steady}
                    gains = _gains(movies, clip, engine, look, steady)
                    rows.append({"bench": "flicker", **facts, **gains,
                                 "runs_on": engine.description})  # fmt: skip
    return rows


def _gains(
    movies: dict[str, Movie], clip: Clip | None, engine: Engine, look: Look, steady: bool
) -> dict[str, float]:
    def painter(*, denoise: bool = False) -> Callable[[Frame], Pixels]:
        stabilizer = TemporalFilter() if steady else None
        paints = DenoisedEngine(engine) if denoise else engine

        def paint(frame: Frame) -> Pixels:
            painting = paints.stylize(frame, look)
            return (stabilizer(frame, painting) if stabilizer else painting).pixels

        return paint

    gains = {}
    for name, (views, apart) in movies.items():
        paint = painter(denoise=name == "dark_denoised")
        painted = [paint(Frame(view, i, i / 30)) for i, view in enumerate(views)]
        # For the input of a motion, what changes in a place counts: followed, nothing does.
        gains[name] = round(_change(painted, apart) / _change(views, in_place), 3)
    if clip is not None:
        gains["clip"] = round(clip.gain(painter()), 3)
    return gains


def _change(frames: Sequence[Pixels], apart: Callable[[Pixels, Pixels], float]) -> float:
    """Mean change from frame to frame, in levels, once the filter is warm."""
    return float(np.mean([apart(*pair) for pair in pairwise(frames[WARM_UP:])]))


def in_place(before: Pixels, after: Pixels) -> float:
    """Return the mean absolute difference of two pictures, in levels."""
    return float(np.abs(after.astype(np.int16) - before).mean())


def along_pan(before: Pixels, after: Pixels) -> float:
    """Return the difference of a picture to the one before, moved along with the pan."""
    return in_place(before[:, 1:], after[:, :-1])


def along_zoom(before: Pixels, after: Pixels) -> float:
    """Return the difference of a picture to the one before, brought nearer as the zoom does."""
    return in_place(_scaled(before, ZOOM)[INSIDE], after[INSIDE])


def _scene(case: FlickerCase) -> Pixels:
    """The scene, (H, W, 3), with room to pan."""
    width, height = case.size[0] + case.frames + WARM_UP, case.size[1]
    if case.photograph is None:
        return landscape((width, height)).pixels
    with open_source(f"images:{case.photograph}") as source:
        pixels = next(iter(source)).pixels
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    size = (round(pixels.shape[1] * scale) + 1, round(pixels.shape[0] * scale) + 1)
    return resized(pixels, size)[:height, :width]


def _movies(scene: Pixels, case: FlickerCase) -> dict[str, Movie]:
    count, width = range(case.frames + WARM_UP), case.size[0]
    pan = [np.ascontiguousarray(scene[:, i : i + width]) for i in count]
    still = pan[0].astype(np.float32)
    dark = Movie(list(_noisy(DARK * still, len(count), DARK_NOISE_LEVELS)), in_place)
    light = [1 + SWELL * np.sin(2 * np.pi * i / SWELL_FRAMES) for i in count]
    return {
        "still": Movie(list(_noisy(still, len(count), NOISE_LEVELS)), in_place),
        "dark": dark,
        "dark_denoised": dark,
        "pan": Movie(pan, along_pan),
        "zoom": Movie(zoomed(pan[0], len(count)), along_zoom),
        "exposure": Movie([_pixels(still * one) for one in light], in_place),
    }


def _noisy(still: Floats, frames: int, deviation: float) -> Iterator[Pixels]:
    rng = np.random.default_rng(1)
    return (_pixels(still + rng.normal(0, deviation, still.shape)) for _ in range(frames))


def _pixels(values: npt.NDArray[Any]) -> Pixels:
    pixels: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return pixels


def zoomed(view: Pixels, frames: int) -> list[Pixels]:
    """Return a camera's slow zoom into a view (H, W, 3): each picture is made from the view."""
    soft = cv2.GaussianBlur(view, (0, 0), LENS_PX).astype(np.uint8, copy=False)
    return [_scaled(soft, ZOOM**i) for i in range(frames)]


def _scaled(pixels: Pixels, factor: float) -> Pixels:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 0, factor)
    turned = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return np.ascontiguousarray(turned.astype(np.uint8, copy=False))


@dataclass(frozen=True)
class Clip:
    """Some frames of a film, and how each leads to the next."""

    frames: Sequence[Frame]
    maps: Sequence[Floats]
    """For each frame but the first: where in the frame before its pixels were, (H, W, 2)."""
    masks: Sequence[npt.NDArray[np.bool_]]
    """Where that is known, (H, W)."""

    @classmethod
    def load(cls, path: Path, frames: int) -> Clip:
        """Read the beginning of a film and find its motion (DIS flow, Kroeger et al. 2016).

        Raises:
            BadInputError: not a film, or fewer than two frames.
        """
        with VideoSource(path) as source:
            taken = list(islice(source, frames))
        if len(taken) < 2:
            raise BadInputError(f"{path} has {len(taken)} frames: expected two or more")
        flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        greys = [cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY) for frame in taken]
        sides = [np.arange(side, dtype=np.float32) for side in greys[0].shape[::-1]]
        grid = np.stack(np.meshgrid(*sides), 2)  # (H, W, 2): x and y
        maps, masks = [], []
        for before, after in pairwise(greys):
            back, forth = (
                np.asarray(flow.calc(one, other, np.zeros_like(grid)) + grid, np.float32)
                for one, other in ((after, before), (before, after))
            )
            maps.append(back)
            masks.append(np.linalg.norm(_brought(forth, back) - grid, axis=2) < CONSISTENT_PX)
        return cls(taken, maps, masks)

    def warping_error(self, painted: Sequence[Pixels]) -> float:
        """Return the mean absolute difference, in levels, to the frame before, brought along."""
        errors = []
        for (before, after), where, known in zip(
            pairwise(painted), self.maps, self.masks, strict=True
        ):
            brought = _brought(before, where)
            errors.append(in_place(brought[known], after[known]) if known.any() else 0.0)
        return float(np.mean(errors))

    def gain(self, paint: Callable[[Frame], Pixels]) -> float:
        """Return the paintings' error over that of the frames themselves."""
        own = self.warping_error([frame.pixels for frame in self.frames])
        return self.warping_error([paint(frame) for frame in self.frames]) / own if own else 0.0


def _brought(values: npt.NDArray[T], where: Floats) -> npt.NDArray[T]:
    """Take values (H, W, C) from where each pixel says, (H, W, 2), between pixels too."""
    taken = cv2.remap(values, where[..., 0], where[..., 1], cv2.INTER_LINEAR)
    return np.asarray(taken, values.dtype)
