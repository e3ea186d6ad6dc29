"""Motion that is followed: a known zoom, and optical flow on a film whose motion is known."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.flicker import Clip, along_zoom, in_place, zoomed
from benchmarks.harness import landscape
from realtime.errors import BadInputError
from realtime.frame import Pixels
from tests.clips import write_clip


def blurred_noise(height: int, width: int) -> Pixels:
    noise = np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 3.0).astype(np.float32)
    pixels: Pixels = np.clip(128 + 5 * (soft - soft.mean()), 0, 255).astype(np.uint8)
    return pixels


def test_a_zoom_that_is_followed_hardly_changes() -> None:
    views = zoomed(landscape((160, 120)).pixels, 12)
    before, after = views[10], views[11]
    assert along_zoom(before, after) < 0.3 * in_place(before, after)


def test_optical_flow_finds_a_pan(tmp_path: Path) -> None:
    scene = blurred_noise(96, 140)
    views = [np.ascontiguousarray(scene[:, i : i + 128]) for i in range(0, 12, 2)]
    path = write_clip(tmp_path / "pan.mp4", views)
    clip = Clip.load(path, 6)
    assert np.median(clip.maps[0][40, 40:80, 0] - np.arange(40, 80)) == pytest.approx(2, abs=0.3)
    assert clip.gain(lambda frame: frame.pixels) == pytest.approx(1.0)
    flickering = clip.gain(lambda frame: frame.pixels // 2 + 30 * (frame.index % 2))
    assert flickering > 3


def test_a_film_of_one_frame_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "one.mp4", [blurred_noise(48, 64)])
    with pytest.raises(BadInputError, match="has 1 frames"):
        Clip.load(path, 5)
