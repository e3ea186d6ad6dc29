"""The video sink: what comes back of its files, what it refuses, and a full disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.errors import BadInputError, SinkError
from realtime.frame import Frame
from realtime.sinks import SinkOptions
from realtime.sinks.video_sink import VideoSink, open_sink
from tests.clips import assert_alike, frame_times, noise, read_frames, write_clip, write_frames
from tests.disk import mounted_disk
from tests.helpers import quadrant_card

CARD = quadrant_card()
SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm")


def card_frames(count: int) -> list[Frame]:
    return [Frame(CARD, i, i / 30) for i in range(count)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_card_comes_back(tmp_path: Path, suffix: str) -> None:
    frames = read_frames(write_frames(tmp_path / f"out{suffix}", card_frames(12)))
    assert len(frames) == 12
    assert_alike(frames[0].pixels, CARD)
    assert_alike(frames[11].pixels, CARD)


@pytest.mark.parametrize(
    ("suffix", "width", "height"),
    [(".mp4", 1280, 720), (".mp4", 33, 47), (".mkv", 33, 47), (".webm", 33, 47)],
)
def test_hd_and_odd_sizes_stay_exact(tmp_path: Path, suffix: str, width: int, height: int) -> None:
    card = quadrant_card(width, height)
    frames = read_frames(write_frames(tmp_path / f"out{suffix}", [Frame(card, 0, 0.0)]))
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


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_late_start_and_uneven_times(tmp_path: Path, suffix: str) -> None:
    times = [tick / 30 for tick in (45, 46, 47, 55, 56, 90, 91, 92, 150)]
    frames = [Frame(CARD, i, seconds) for i, seconds in enumerate(times)]
    path = write_frames(tmp_path / f"out{suffix}", frames)
    with av.open(str(path)) as container:  # as stored: a film that is read begins at 0
        got = [frame.time for frame in container.decode(video=0)]
    assert got == pytest.approx(times, abs=0.0006)


def test_times_that_do_not_rise_are_pushed_apart(tmp_path: Path) -> None:
    frames = [Frame(CARD, i, seconds) for i, seconds in enumerate([0.0, 0.5, 0.5, 0.4, 1.0])]
    got = frame_times(write_frames(tmp_path / "out.mp4", frames))
    assert got == pytest.approx([0, 0.5, 0.5, 0.5, 1.0], abs=0.001)
    assert min(np.diff(got)) > 0


def test_mp4_index_comes_first(tmp_path: Path) -> None:
    data = write_frames(tmp_path / "out.mp4", card_frames(3)).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_unfinished_is_partial_and_playable(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    older = write_frames(path, card_frames(2)).read_bytes()
    with open_sink(SinkOptions(path=path)) as sink:
        for frame in card_frames(15):
            sink.show(frame)
    assert path.read_bytes() == older
    assert sink.result == tmp_path / f"out.partial{suffix}"
    assert len(read_frames(sink.result)) == 15


def test_finished_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    older = write_frames(path, card_frames(2)).read_bytes()
    with open_sink(SinkOptions(path=path)) as sink:
        sink.show(card_frames(1)[0])
        assert path.read_bytes() == older
        sink.finish()
    assert sink.result == path
    assert len(read_frames(path)) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize("is_finished", [True, False])
def test_no_frame_no_file(tmp_path: Path, is_finished: bool) -> None:
    with open_sink(SinkOptions(path=tmp_path / "out.mp4")) as sink:
        if is_finished:
            sink.finish()
    assert sink.result is None
    assert not list(tmp_path.iterdir())
    assert sink.poll() == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.wmv", r"'\.wmv', expected .*\.mp4, .*\.webm"),
        ("nowhere/out.mp4", "does not exist; create it or choose another"),
        ("file/out.mp4", "is a file, expected an output folder"),
        ("folder.mp4", "is a folder, expected a file name"),
    ],
)
def test_paths_that_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(BadInputError, match=message):
        open_sink(SinkOptions(path=tmp_path / name))


def test_no_path() -> None:
    with pytest.raises(BadInputError, match="needs a path"):
        open_sink(SinkOptions())


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that refuses even root")
def test_folder_that_is_not_writable() -> None:
    with pytest.raises(BadInputError, match="is not writable"):
        open_sink(SinkOptions(path=Path("/proc/out.mp4")))


@pytest.mark.parametrize("link", ["same", "symlink", "hardlink"])
def test_original_is_never_overwritten(tmp_path: Path, link: str) -> None:
    original = write_clip(tmp_path / "in.mp4", [CARD])
    path = original if link == "same" else tmp_path / "out.mp4"
    if link == "symlink":
        path.symlink_to(original)
    if link == "hardlink":
        path.hardlink_to(original)
    with pytest.raises(BadInputError, match="is the input itself"):
        open_sink(SinkOptions(path=path, inputs=(original,)))


def test_original_under_the_partial_name_is_never_overwritten(tmp_path: Path) -> None:
    original = write_clip(tmp_path / "out.partial.mp4", [CARD])
    before = original.read_bytes()
    with open_sink(SinkOptions(path=tmp_path / "out.mp4", inputs=(original,))) as sink:
        sink.show(Frame(CARD, 0, 0.0))
    assert sink.result == tmp_path / "out.partial-2.mp4"
    assert original.read_bytes() == before


def test_changing_size(tmp_path: Path) -> None:
    with open_sink(SinkOptions(path=tmp_path / "out.mp4")) as sink:
        sink.show(Frame(CARD, 0, 0.0))
        with pytest.raises(SinkError, match="frame size changed from 64x48"):
            sink.show(Frame(quadrant_card(32, 32), 1, 0.1))
    assert sink.result is not None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", "300k") as folder:
        yield folder


def show_until_full(sink: VideoSink) -> None:
    for i, pixels in enumerate(noise(300)):
        sink.show(Frame(pixels, i, i / 30))
    sink.finish()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_full_disk(small_disk: Path, suffix: str) -> None:
    full = pytest.raises(SinkError, match=r"disk full after \d+ frames: .*\. Free some space")
    with open_sink(SinkOptions(path=small_disk / f"out{suffix}")) as sink, full:
        show_until_full(sink)
    left = list(small_disk.iterdir())
    assert left == ([] if sink.result is None else [sink.result])
    assert suffix == ".mp4" or sink.result is not None
    if sink.result is not None:
        assert read_frames(sink.result)[0].pixels.shape == CARD.shape


def test_disk_that_is_full_from_the_start(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(290_000))
    full = pytest.raises(SinkError, match="disk full")
    with open_sink(SinkOptions(path=small_disk / "out.mkv")) as sink, full:
        show_until_full(sink)
