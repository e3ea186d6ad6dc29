"""The steadying filter: calmer, never smeared, and the same wherever a segment begins."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np

from realtime.film.temporal_filter import MEMORY, TemporalFilter
from realtime.frame import Frame, Pixels
from tests.clips import read_frames, write_clip
from tests.film import copied
from tests.helpers import noisy

SIZE = (96, 128)


def scene(seed: int = 1) -> Pixels:
    """Something with contours, as flow needs them."""
    rng = np.random.default_rng(seed)
    blobs = cv2.GaussianBlur(rng.normal(0, 1, (*SIZE, 3)), (0, 0), 4)
    return np.clip(128 + 350 * blobs, 0, 255).astype(np.uint8)


def grainy(pixels: Pixels, seed: int) -> Pixels:
    return noisy(pixels, 4.0, np.random.default_rng(seed))


def boiling(pixels: Pixels, seed: int) -> Pixels:
    """A painting of a style that was not trained to be steady: strokes that jump about."""
    return noisy(255 - pixels, 20.0, np.random.default_rng(1000 + seed))


def pan(count: int, step_px: int) -> list[Pixels]:
    """Views of a wide scene, from left to right."""
    wide = np.hstack([scene(2), scene(3)])
    return [np.ascontiguousarray(wide[:, step_px * i :][:, : SIZE[1]]) for i in range(count)]


def run(originals: list[Pixels], paintings: list[Pixels]) -> list[Pixels]:
    steady = TemporalFilter()
    return [
        steady(Frame(one, i, i / 30), Frame(other, i, i / 30)).pixels
        for i, (one, other) in enumerate(zip(originals, paintings, strict=True))
    ]


def change(frames: list[Pixels]) -> float:
    steps = [np.abs(a.astype(int) - b).mean() for a, b in itertools.pairwise(frames)]
    return float(np.mean(steps[MEMORY:]))


def test_a_still_scene_boils_less_than_half() -> None:
    originals = [grainy(scene(), i) for i in range(12)]
    paintings = [boiling(scene(), i) for i in range(12)]
    steadied = run(originals, paintings)
    assert change(steadied) < 0.5 * change(paintings)
    assert np.abs(steadied[-1].astype(int) - (255 - scene())).mean() < 8, "it is the same painting"


def test_a_pan_is_followed() -> None:
    views = pan(12, 2)
    steadied = run([grainy(view, i) for i, view in enumerate(views)],
                   [boiling(view, i) for i, view in enumerate(views)])  # fmt: skip
    off = np.abs(steadied[-1].astype(int) - (255 - views[-1]))[8:-8, 8:-8]
    single = np.abs(boiling(views[-1], 11).astype(int) - (255 - views[-1]))[8:-8, 8:-8]
    assert off.mean() < 0.8 * single.mean()


def test_nothing_of_the_scene_before_a_cut_is_seen_after_it() -> None:
    originals = [scene(1)] * 6 + [scene(2)] * 3
    paintings = [255 - pixels for pixels in originals]
    for got, wanted in zip(run(originals, paintings)[6:], paintings[6:], strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_a_jump_of_exposure_is_not_dragged_along() -> None:
    dark = (scene() * 0.5).astype(np.uint8)
    originals = [scene()] * 6 + [dark] * 3
    paintings = [255 - pixels for pixels in originals]
    for got, wanted in zip(run(originals, paintings)[6:], paintings[6:], strict=True):
        assert np.abs(got.astype(int) - wanted).mean() < 1.5


def test_frames_before_its_memory_do_not_matter() -> None:
    views = pan(14, 3)
    originals = [grainy(view, i) for i, view in enumerate(views)]
    paintings = [boiling(view, i) for i, view in enumerate(views)]
    whole = run(originals, paintings)
    for start in (3, 7, 9):
        late = run(originals[start - MEMORY + 1 :], paintings[start - MEMORY + 1 :])
        begins = start + 1
        for got, wanted in zip(late[MEMORY:], whole[begins:], strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_a_stabilized_film_does_not_show_its_segments(tmp_path: Path) -> None:
    views = pan(40, 1)
    clip = write_clip(tmp_path / "in.mp4", [grainy(view, i) for i, view in enumerate(views)])
    films = [
        read_frames(copied(clip, tmp_path / f"{frames}.mkv", steady=True, segment_frames=frames,
                           codec="lossless"))
        for frames in (7, 40)
    ]  # fmt: skip
    assert len(films[0]) == 40
    for one, other in zip(*films, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
