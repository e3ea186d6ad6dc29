"""What the video sink refuses, and what it does when the disk is full."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.errors import BadInputError, SinkError
from realtime.frame import Frame
from realtime.sinks import SinkOptions
from realtime.sinks.video_sink import VideoSink, open_sink
from realtime.sources.video_source import open_source
from tests.clips import noise, write_clip
from tests.disk import mounted_disk
from tests.helpers import quadrant_card

CARD = quadrant_card()


def test_no_path() -> None:
    with pytest.raises(BadInputError, match="needs a path"):
        open_sink(SinkOptions())


def test_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"'\.wmv', expected .*\.mp4, .*\.webm"):
        open_sink(SinkOptions(path=tmp_path / "out.wmv"))


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="does not exist; create it or choose another"):
        open_sink(SinkOptions(path=tmp_path / "nowhere" / "out.mp4"))


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInputError, match="is a file, expected an output folder"):
        open_sink(SinkOptions(path=tmp_path / "file" / "out.mp4"))


def test_path_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(BadInputError, match="is a folder, expected a file name"):
        open_sink(SinkOptions(path=tmp_path / "out.mp4"))


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
    sink = open_sink(SinkOptions(path=tmp_path / "out.mp4", inputs=(original,)))
    sink.show(Frame(CARD, 0, 0.0))
    sink.close()
    assert sink.result == tmp_path / "out.partial-2.mp4"
    assert original.read_bytes() == before


def test_changing_size(tmp_path: Path) -> None:
    sink = open_sink(SinkOptions(path=tmp_path / "out.mp4"))
    sink.show(Frame(CARD, 0, 0.0))
    with pytest.raises(SinkError, match="frame size changed from 64x48"):
        sink.show(Frame(quadrant_card(32, 32), 1, 0.1))
    sink.close()
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
    sink = open_sink(SinkOptions(path=small_disk / f"out{suffix}"))
    with pytest.raises(SinkError, match=r"disk full after \d+ frames: .*\. Free some space"):
        show_until_full(sink)
    sink.close()
    left = list(small_disk.iterdir())
    assert left == ([] if sink.result is None else [sink.result])
    assert suffix == ".mp4" or sink.result is not None
    if sink.result is not None:
        source = open_source(str(sink.result))
        assert next(iter(source)).pixels.shape == CARD.shape
        source.close()


def test_disk_that_is_full_from_the_start(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(290_000))
    sink = open_sink(SinkOptions(path=small_disk / "out.mkv"))
    with pytest.raises(SinkError, match="disk full"):
        show_until_full(sink)
    sink.close()
