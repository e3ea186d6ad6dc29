"""GIF: what it says about times and repetition, and what it cannot say."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from realtime.sources.video_source import open_source
from tests.clips import read_frames, write_clip
from tests.film import colours, copied

HUNDREDTHS = Fraction(1, 100)


def write_gif(path: Path, ticks: list[int], *, last: int, loop: int = 0) -> Path:
    """Write a GIF; `loop` as FFmpeg counts: 0 for ever, -1 not at all."""
    pictures = [colours(), colours()[::-1].copy()] * (len(ticks) // 2 + 1)
    return write_clip(
        path, pictures[: len(ticks)], codec="gif", pixel_format="rgb8", time_base=HUNDREDTHS,
        ticks=ticks, container_options={"loop": str(loop), "final_delay": str(last)},
    )  # fmt: skip


def shown(path: Path) -> list[tuple[int, int]]:
    """When each picture of a GIF appears and for how long, in hundredths of a second."""
    with av.open(str(path)) as container:
        return [(p.pts or 0, p.duration or 0) for p in container.demux() if p.size]


def test_the_last_picture_lasts_as_long_as_before(tmp_path: Path) -> None:
    gif = write_gif(tmp_path / "in.gif", [0, 10, 20], last=300)
    assert shown(copied(gif, tmp_path / "out.gif")) == [(0, 10), (10, 10), (20, 300)]
    with open_source(str(copied(gif, tmp_path / "out.mp4"))) as source:
        assert source.duration_seconds == pytest.approx(3.2)


def test_the_end_of_a_part_is_not_the_end_of_the_gif(tmp_path: Path) -> None:
    gif = write_gif(tmp_path / "in.gif", [0, 10, 20], last=300)
    assert shown(copied(gif, tmp_path / "out.gif", stop_seconds=0.2)) == [(0, 10), (10, 10)]


@pytest.mark.parametrize(
    ("loop", "written"),
    [(0, b"NETSCAPE2.0\x03\x01\x00\x00"), (5, b"NETSCAPE2.0\x03\x01\x05\x00"), (-1, b"")],
)
def test_a_gif_is_repeated_as_often_as_before(tmp_path: Path, loop: int, written: bytes) -> None:
    copy = copied(write_gif(tmp_path / "in.gif", [0, 10], last=10, loop=loop), tmp_path / "out.gif")
    data = copy.read_bytes()
    assert written in data
    assert (b"NETSCAPE" in data) == (loop >= 0)


def test_a_gif_of_a_film_is_repeated_for_ever(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", [colours()] * 3)
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in copied(clip, tmp_path / "out.gif").read_bytes()


def test_pauses_are_longer_than_a_gif_can_say(tmp_path: Path) -> None:
    clip = write_clip(
        tmp_path / "in.mkv", [colours()] * 3, time_base=Fraction(1), ticks=[0, 1400, 1401],
        options={"bf": "0"},
    )  # fmt: skip
    times = shown(copied(clip, tmp_path / "out.gif"))
    assert times[0] == (0, 65_535)
    assert sum(lasts for _, lasts in times[:-2]) == 140_000
    assert [time for time, _ in times[-2:]] == [140_000, 140_100]
    again = read_frames(tmp_path / "out.gif")
    assert [f.pts_seconds for f in again][-2:] == [1400, 1401]
