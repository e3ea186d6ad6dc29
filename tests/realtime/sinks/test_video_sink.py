from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from realtime.frame import Frame
from realtime.sinks import SinkOptions
from realtime.sinks.video_sink import open_sink
from tests.clips import (
    assert_alike,
    read_frames,
    write_frames,
)
from tests.helpers import quadrant_card

CARD = quadrant_card()
SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm")


def card_frames(count: int, start_seconds: float = 0.0) -> list[Frame]:
    return [Frame(CARD, i, start_seconds + i / 30) for i in range(count)]


def times(frames: list[Frame]) -> list[float]:
    return [frame.pts_seconds for frame in frames]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_card_comes_back(tmp_path: Path, suffix: str) -> None:
    frames = read_frames(write_frames(tmp_path / f"out{suffix}", card_frames(12)))
    assert len(frames) == 12
    assert_alike(frames[0].pixels, CARD)
    assert_alike(frames[11].pixels, CARD)


def test_hd_card_comes_back(tmp_path: Path) -> None:
    card = quadrant_card(1280, 720)
    frames = read_frames(write_frames(tmp_path / "out.mp4", [Frame(card, 0, 0.0)]))
    assert_alike(frames[0].pixels, card)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_flat_colours_keep_their_levels(tmp_path: Path, suffix: str) -> None:
    colours = np.random.default_rng(1).integers(0, 256, (4, 6, 3), np.uint8)
    colours[0, :3] = [[0, 0, 0], [255, 255, 255], [128, 128, 128]]
    card = np.ascontiguousarray(colours.repeat(64, axis=0).repeat(64, axis=1))
    got = read_frames(write_frames(tmp_path / f"out{suffix}", [Frame(card, 0, 0.0)]))[0].pixels
    difference = np.abs(got[32::64, 32::64].astype(int) - colours)
    assert difference.max() <= 3


@pytest.mark.parametrize(("height", "matrix"), [(480, 6), (720, 1)])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colours_are_tagged(tmp_path: Path, suffix: str, height: int, matrix: int) -> None:
    card = quadrant_card(64, height)
    path = write_frames(tmp_path / f"out{suffix}", [Frame(card, 0, 0.0)])
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    tags = frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc
    assert tags == (matrix, 1, 1, 1)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_odd_sizes_stay_exact(tmp_path: Path, suffix: str) -> None:
    card = quadrant_card(33, 47)
    frames = read_frames(write_frames(tmp_path / f"out{suffix}", [Frame(card, 0, 0.0)]))
    assert frames[0].pixels.shape == (47, 33, 3)
    assert_alike(frames[0].pixels, card)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_late_start_and_uneven_times(tmp_path: Path, suffix: str) -> None:
    ticks = [45, 46, 47, 55, 56, 90, 91, 92, 150]
    frames = [Frame(CARD, i, tick / 30) for i, tick in enumerate(ticks)]
    path = write_frames(tmp_path / f"out{suffix}", frames)
    with av.open(str(path)) as container:  # as stored: a film that is read begins at 0
        got = [frame.time for frame in container.decode(video=0)]
    assert got == pytest.approx(times(frames), abs=0.0006)


def test_times_that_do_not_rise_are_pushed_apart(tmp_path: Path) -> None:
    frames = [Frame(CARD, i, seconds) for i, seconds in enumerate([0.0, 0.5, 0.5, 0.4, 1.0])]
    got = times(read_frames(write_frames(tmp_path / "out.mp4", frames)))
    assert got == pytest.approx([0, 0.5, 0.5, 0.5, 1.0], abs=0.001)
    assert min(np.diff(got)) > 0


def test_mp4_index_comes_first(tmp_path: Path) -> None:
    data = write_frames(tmp_path / "out.mp4", card_frames(3)).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_unfinished_is_partial_and_playable(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    older = write_frames(path, card_frames(2)).read_bytes()
    sink = open_sink(SinkOptions(path=path))
    for frame in card_frames(15):
        sink.show(frame)
    sink.close()
    assert path.read_bytes() == older
    assert sink.result == tmp_path / f"out.partial{suffix}"
    assert len(read_frames(sink.result)) == 15


def test_finished_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    older = write_frames(path, card_frames(2)).read_bytes()
    sink = open_sink(SinkOptions(path=path))
    sink.show(card_frames(1)[0])
    assert path.read_bytes() == older
    sink.finish()
    sink.close()
    assert sink.result == path
    assert len(read_frames(path)) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize("is_finished", [True, False])
def test_no_frame_no_file(tmp_path: Path, is_finished: bool) -> None:
    sink = open_sink(SinkOptions(path=tmp_path / "out.mp4"))
    if is_finished:
        sink.finish()
    sink.close()
    assert sink.result is None
    assert not list(tmp_path.iterdir())
    assert sink.poll() == ()
