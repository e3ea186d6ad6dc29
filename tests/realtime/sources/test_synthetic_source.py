import itertools
import threading
import time

import numpy as np
import pytest

from realtime import sources
from realtime.errors import BadInputError
from realtime.ports import Source
from realtime.sources.landscape import LOOP_SECONDS, Landscape
from realtime.sources.synthetic_source import SyntheticSource, open_source


@pytest.fixture(scope="module")
def landscape() -> Landscape:
    return Landscape(160, 120)


def test_the_picture_depends_on_size_and_time_alone(landscape: Landscape) -> None:
    landscape.at(11.0)
    np.testing.assert_array_equal(landscape.at(3.7), Landscape(160, 120).at(3.7))


def test_earlier_pictures_are_not_painted_over(landscape: Landscape) -> None:
    first = landscape.at(1.0)
    kept = first.copy()
    landscape.at(2.0)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("seconds", [0.0, 17.0, 34.9, 60.0, LOOP_SECONDS - 1 / 60])
def test_moves_and_does_not_jump(landscape: Landscape, seconds: float) -> None:
    now, soon = landscape.at(seconds).astype(int), landscape.at(seconds + 1 / 30)
    assert 0.05 < np.abs(now - soon).mean() < 6


def test_repeats_after_the_loop(landscape: Landscape) -> None:
    np.testing.assert_array_equal(landscape.at(2.0), landscape.at(2.0 + LOOP_SECONDS))


@pytest.mark.parametrize("size", [(16, 16), (97, 61), (17, 200), (200, 17), (90, 160)])
def test_any_size(size: tuple[int, int]) -> None:
    (frame,) = open_source("seconds=0.1", size=size, rate_fps=10)
    assert (frame.width, frame.height) == size


def test_smaller_than_a_network_can_paint() -> None:
    with pytest.raises(ValueError, match="at least 16x16, got 15x40"):
        Landscape(15, 40)


def test_blue_above_warm_at_the_horizon_green_below(landscape: Landscape) -> None:
    picture = landscape.at(3.0).astype(int)
    top, low_sky, meadow = picture[:12, 80:], picture[55:58, 60:76], picture[-6:]
    red, green, blue = top.mean((0, 1))
    assert blue > green > red
    assert low_sky[..., 0].mean() > low_sky[..., 2].mean()
    assert meadow[..., 1].mean() > max(meadow[..., 0].mean(), meadow[..., 2].mean())


def test_has_contrast_and_detail_everywhere(landscape: Landscape) -> None:
    grey = landscape.at(3.0).astype(float).mean(axis=2)
    assert grey.std() > 40
    tiles = grey.reshape(6, 20, 8, 20).std(axis=(1, 3))
    assert tiles.min() > 1.5


def test_clip_has_its_length_and_its_own_time() -> None:
    source: Source = sources.open_source("synthetic:seconds=1.5", size=(32, 24), rate_fps=8)
    frames = list(source)
    assert not source.live
    assert source.frame_count == 12
    assert [frame.index for frame in frames] == list(range(12))
    assert [frame.pts_seconds for frame in frames] == [index / 8 for index in range(12)]


def test_defaults() -> None:
    source = open_source("", size=None, rate_fps=None)
    assert source.live
    assert source.frame_count is None
    assert source.rate_fps == 30
    assert next(iter(source)).pixels.shape == (480, 640, 3)


def test_live_frames_keep_to_the_clock(landscape: Landscape) -> None:
    source = SyntheticSource(landscape, rate_fps=50)
    start = time.perf_counter()
    frames = list(itertools.islice(source, 4))
    assert time.perf_counter() - start >= frames[-1].pts_seconds - 0.005
    assert all(after.index > before.index for before, after in itertools.pairwise(frames))
    assert all(frame.pts_seconds == frame.index / 50 for frame in frames)


def test_a_late_taker_gets_the_present(landscape: Landscape) -> None:
    frames = iter(SyntheticSource(landscape, rate_fps=50))
    assert next(frames).index == 0
    time.sleep(0.2)
    assert next(frames).index >= 10


def test_close_ends_the_wait_of_another_thread(landscape: Landscape) -> None:
    source = SyntheticSource(landscape, rate_fps=0.01)
    taker = threading.Thread(target=lambda: list(source), daemon=True)
    taker.start()
    time.sleep(0.1)
    source.close()
    taker.join(timeout=30)
    assert not taker.is_alive()


def test_close_ends_a_clip(landscape: Landscape) -> None:
    source = SyntheticSource(landscape, rate_fps=10, frame_count=100)
    frames = iter(source)
    next(frames)
    source.close()
    assert list(frames) == []


@pytest.mark.parametrize(
    "address", ["6", "minutes=1", "seconds=", "seconds=long", "seconds=-1", "seconds=0.01",
                "seconds=nan", "seconds=inf"]
)  # fmt: skip
def test_malformed_address(address: str) -> None:
    with pytest.raises(BadInputError, match=f"got synthetic:{address}: .*synthetic:seconds=6"):
        open_source(address, size=None, rate_fps=30)


@pytest.mark.parametrize("size", [(15, 480), (640, 0), (-640, 480)])
def test_too_small(size: tuple[int, int]) -> None:
    with pytest.raises(BadInputError, match=f"cannot be {size[0]}x{size[1]} .* 16x16 or more"):
        open_source("", size=size, rate_fps=None)


@pytest.mark.parametrize("rate_fps", [0.0, -30.0, float("nan"), float("inf")])
def test_impossible_rate(rate_fps: float) -> None:
    with pytest.raises(BadInputError, match="ask for more than 0"):
        open_source("", size=None, rate_fps=rate_fps)
