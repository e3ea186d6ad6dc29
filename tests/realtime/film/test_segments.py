"""Segments read one by one give the frames of the whole film: whoever paints what is not seen."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime.film.plan import make_plan
from realtime.frame import Frame
from realtime.sources.video_source import VideoSource
from tests.clips import noise, read_frames, write_clip
from tests.realtime.film.test_times import HOUR, write_broadcast, write_packets


def avi(codec: str, b_frames: int) -> Callable[[Path], Path]:
    options = {"g": "8", "bf": str(b_frames)} if codec != "mjpeg" else None
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"

    def write(folder: Path) -> Path:
        return write_clip(
            folder / "in.avi", noise(40), codec=codec, pixel_format=pixel_format, options=options,
            time_base=Fraction(1, 25),
        )  # fmt: skip

    return write


def two_clocks(folder: Path) -> Path:
    parts = [
        write_broadcast(folder / f"{start}.ts", start, seconds=1).read_bytes()
        for start in (7 * HOUR, 2)
    ]
    both = folder / "in.ts"
    both.write_bytes(b"".join(parts))
    return both


def repeated_times(folder: Path) -> Path:
    return write_packets(folder / "in.mkv", sorted([*range(0, 1200, 40), *range(0, 1200, 120)]))


@pytest.mark.parametrize(
    "write",
    [
        avi("mjpeg", 0),
        avi("mpeg4", 0),
        avi("mpeg4", 2),
        avi("libx264", 2),
        two_clocks,
        repeated_times,
        lambda folder: write_broadcast(folder / "in.ts", 12 * HOUR),
    ],
    ids=["MJPEG", "no B-frames", "B-frames", "H.264 in AVI", "two clocks", "repeated", "at noon"],
)
def test_segments_make_up_the_film(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    clip = write(tmp_path)
    whole = read_frames(clip)
    plan = make_plan(clip, segment_frames=9, start_seconds=None, stop_seconds=None)
    assert len(plan.segments) >= 3
    assert plan.times == pytest.approx([frame.pts_seconds for frame in whole], abs=1e-9)
    found: list[Frame] = []
    for segment in plan.segments:
        with VideoSource(clip, plan.part((segment,), 0)) as source:
            found += source
    assert [f.index for f in found] == list(range(len(whole)))
    for one, other in zip(found, whole, strict=True):
        assert one.pts_seconds == other.pts_seconds
        np.testing.assert_array_equal(one.pixels, other.pixels)
