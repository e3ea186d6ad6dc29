"""One contract, every source that this machine can open; and what a missing camera says."""

import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from realtime import sources
from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.sources import files_of, open_source
from realtime.sources.camera_source import list_cameras
from tests.clips import write_clip
from tests.helpers import quadrant_card, write_picture

no_camera = pytest.mark.skipif(not list_cameras(), reason="no camera is plugged in")


def images_address(folder: Path) -> str:
    for number in range(3):
        write_picture(folder / f"{number}.png")
    return f"images:{folder}"


ADDRESSES: dict[str, Callable[[Path], str]] = {
    "camera": lambda folder: "camera:0",
    "faulty": lambda folder: "faulty:stall=0.1@0.1",
    "images": images_address,
    "synthetic": lambda folder: "synthetic:seconds=0.2",
    "video": lambda folder: f"video:{write_clip(folder / 'clip.mp4', [quadrant_card()] * 12)}",
}


ELSEWHERE = {"screen", "stream"}
"""They need a screen, and a server: see test_screen_and_stream.py."""


def test_every_source_is_tested() -> None:
    assert set(ADDRESSES) | ELSEWHERE == set(sources.names())


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=no_camera) if n == "camera" else n for n in sorted(ADDRESSES)]
)
def test_the_contract(name: str, tmp_path: Path) -> None:
    with open_source(ADDRESSES[name](tmp_path)) as source:
        assert source.rate_fps > 0
        assert source.live == (name in ("camera", "faulty"))
        frames: list[Frame] = list(islice(iter(source), 5))
        assert len(frames) >= 3
        if source.frame_count is not None and len(frames) < 5:
            assert len(frames) == source.frame_count
    indices = [frame.index for frame in frames]
    times = [frame.pts_seconds for frame in frames]
    assert indices == sorted(set(indices))
    assert times == sorted(set(times))


def test_a_path_needs_no_prefix(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "my:clip.mp4", [quadrant_card()] * 12)
    with open_source(str(clip)) as source:
        assert len(list(source)) == 12


@pytest.mark.skipif(os.name != "posix", reason="device files")
def test_a_camera_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(BadInputError, match=r"there is no camera 93: (found|no camera was found)"):
        open_source("camera:93")
    with pytest.raises(BadInputError, match="there is no camera front"):
        open_source("camera:front")


def test_the_files_of_an_address_are_known(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one.mp4", "two:2.mp4", "three.png"))
    for path in (one, two, three):
        path.touch()
    assert files_of(str(one))[0] == one
    assert two in files_of(str(two))
    assert one in files_of(f"video:{one}")
    assert {one, three} <= set(files_of(f"images:{one}{os.pathsep}{three}"))
    for address in ("camera", "camera:0", "synthetic", "rtsp://camera/" + "x" * 300):
        assert files_of(address) == ()
