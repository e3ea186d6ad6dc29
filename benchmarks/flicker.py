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
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.harness import Tell, silent
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
from realtime.sources.landscape import Landscape
from realtime.sources.video_source import VideoSource

NOISE_LEVELS = 4.0
DARK, DARK_NOISE_LEVELS = 0.3, 10.0
SWELL = 0.15
WARM_UP = 5
"""Frames before counting starts: the steadying filter remembers four."""
ZOOM = 1.01
"""Per frame, about the middle: 3 px at the edge of 640."""
LENS_PX = 1.0
"""Deviation of the lens's blur: what is sharper cannot be followed between two pixels."""
EDGE_PX = 2
CONSISTENT_PX = 1.0
"""Forth and back must lead home this closely; elsewhere something was hidden or is new."""
T = TypeVar("T", np.uint8, np.float32)
Mask = npt.NDArray[np.bool_]


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


def measure_flicker(case: FlickerCase, tell: Tell = silent) -> list[Row]:
    """Return a row per style, and for each style of `article` another with the filter."""
    rows: list[Row] = []
    scene = _scene(case)
    if case.style is not None:
        choose(case.style)  # says so if there is none
    clip = Clip.load(case.clip, case.frames + WARM_UP) if case.clip else None
    for entry in find_bundles():
        if case.style not in (None, *entry.card.names):
            continue
        with open_engine(case.engine, entry.path) as engine:
            for number, name in enumerate(entry.card.names):
                if case.style not in (None, name):
                    continue
                tell(f"{entry.name}, {name}")
                look = Look.of_style(number, len(entry.card.names))
                network = entry.card.config.architecture
                for steady in (False,) if network in many_styles() else (False, True):
                    facts = {"network": network, "style": name}
                    gains = _gains(scene, clip, engine, look, steady, case)
                    row = {"bench": "flicker", **facts, "stabilize": steady, **gains}
                    rows.append(row | {"runs_on": engine.description})
    return rows


def _gains(
    scene: Pixels, clip: Clip | None, engine: Engine, look: Look, steady: bool, case: FlickerCase
) -> dict[str, float]:
    def painter(*, denoise: bool = False) -> Callable[[Frame], Pixels]:
        hold = TemporalFilter() if steady else None
        seer = DenoisedEngine(engine) if denoise else engine

        def paint(frame: Frame) -> Pixels:
            painting = seer.stylize(frame, look)
            return (hold(frame, painting) if hold else painting).pixels

        return paint

    dark = list(_still(scene, case, light=DARK, noise=DARK_NOISE_LEVELS))
    movies: dict[str, tuple[list[Pixels], Callable[[Pixels, Pixels], float]]] = {
        "still": (list(_still(scene, case)), _in_place),
        "dark": (dark, _in_place),
        "dark_denoised": (dark, _in_place),
        "pan": (list(_pan(scene, case)), _along_pan),
        "zoom": (zoomed(_view(scene, 0, case), len(_count(case))), _along_zoom),
        "exposure": (list(_exposure(scene, case)), _in_place),
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


def _scene(case: FlickerCase) -> Pixels:
    """The scene, (H, W, 3), with room to pan."""
    width, height = case.size[0] + case.frames + WARM_UP, case.size[1]
    if case.photograph is None:
        return Landscape(width, height).at(0.0)
    with open_source(f"images:{case.photograph}") as source:
        pixels = next(iter(source)).pixels
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    size = (round(pixels.shape[1] * scale) + 1, round(pixels.shape[0] * scale) + 1)
    return resized(pixels, size)[:height, :width]


def _view(scene: Pixels, left: int, case: FlickerCase) -> Pixels:
    return np.ascontiguousarray(scene[:, left : left + case.size[0]])


def _count(case: FlickerCase) -> range:
    return range(case.frames + WARM_UP)


def _still(
    scene: Pixels, case: FlickerCase, *, light: float = 1.0, noise: float = NOISE_LEVELS
) -> Iterator[Pixels]:
    rng = np.random.default_rng(1)
    still = light * _view(scene, 0, case).astype(np.float32)
    for _ in _count(case):
        noisy = still + rng.normal(0, noise, still.shape)
        yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _pan(scene: Pixels, case: FlickerCase) -> Iterator[Pixels]:
    return (_view(scene, i, case) for i in _count(case))


def _exposure(scene: Pixels, case: FlickerCase) -> Iterator[Pixels]:
    still = _view(scene, 0, case).astype(np.float32)
    for i in _count(case):
        light = 1 + SWELL * np.sin(2 * np.pi * i / 12)
        yield np.clip(np.rint(still * light), 0, 255).astype(np.uint8)


def zoomed(view: Pixels, frames: int) -> list[Pixels]:
    """Return a camera's slow zoom into a view (H, W, 3): each picture is made from the view."""
    soft = cv2.GaussianBlur(view, (0, 0), LENS_PX).astype(np.uint8, copy=False)
    return [_scaled(soft, ZOOM**i) for i in range(frames)]


def follow_zoom(before: Pixels) -> Pixels:
    """Bring a picture of the zoom to where its things are one frame later."""
    return _scaled(before, ZOOM)


def inside(pixels: Pixels) -> Mask:
    """Return all but the edge, whose neighbours are not in the picture: (H, W)."""
    mask = np.zeros(pixels.shape[:2], np.bool_)
    mask[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX] = True
    return mask


@dataclass(frozen=True)
class Clip:
    """Some frames of a film, and how each leads to the next."""

    frames: Sequence[Frame]
    maps: Sequence[npt.NDArray[np.float32]]
    """For each frame but the first: where in the frame before its pixels were, (H, W, 2)."""
    masks: Sequence[Mask]
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
        maps, masks = [], []
        for before, after in pairwise(greys):
            back, forth = (
                _target(flow.calc(one, other, np.zeros((*one.shape, 2), np.float32)))
                for one, other in ((after, before), (before, after))
            )
            home = _brought(forth, back)
            away = np.linalg.norm(home - _grid(*before.shape), axis=2)
            maps.append(back)
            masks.append(away < CONSISTENT_PX)
        return cls(taken, maps, masks)

    def warping_error(self, painted: Sequence[Pixels]) -> float:
        """Return the mean absolute difference, in levels, to the frame before, brought along."""
        errors = []
        for i, (where, known) in enumerate(zip(self.maps, self.masks, strict=True)):
            brought = _brought(painted[i], where)
            errors.append(difference(brought, painted[i + 1], known))
        return float(np.mean(errors))

    def gain(self, paint: Callable[[Frame], Pixels]) -> float:
        """Return the paintings' error over that of the frames themselves."""
        own = self.warping_error([frame.pixels for frame in self.frames])
        return self.warping_error([paint(frame) for frame in self.frames]) / own if own else 0.0


def difference(one: Pixels, other: Pixels, where: Mask) -> float:
    """Return the mean absolute difference in levels, where the mask says."""
    apart = np.abs(one.astype(np.int16) - other).mean(2)
    return float(apart[where].mean()) if where.any() else 0.0


def _brought(values: npt.NDArray[T], where: npt.NDArray[np.float32]) -> npt.NDArray[T]:
    """Take values (H, W, C) from where each pixel says, (H, W, 2), between pixels too."""
    taken = cv2.remap(values, where[..., 0], where[..., 1], cv2.INTER_LINEAR)
    return np.asarray(taken, values.dtype)


def _scaled(pixels: Pixels, factor: float) -> Pixels:
    height, width = pixels.shape[:2]
    x, y = (width - 1) / 2, (height - 1) / 2
    matrix = np.array([[factor, 0, x - factor * x], [0, factor, y - factor * y]])
    turned = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return np.ascontiguousarray(turned.astype(np.uint8, copy=False))


def _grid(height: int, width: int) -> npt.NDArray[np.float32]:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([x, y], 2)


def _target(flow: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return np.asarray(flow + _grid(*flow.shape[:2]), np.float32)
