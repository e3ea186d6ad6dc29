from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from realtime.errors import BadInputError, SinkError
from realtime.frame import Frame, Pixels
from realtime.sinks import SinkOptions
from realtime.sinks.images_sink import open_sink
from realtime.sources.images_source import read_image
from tests.helpers import quadrant_card

CARD = quadrant_card()


def write_pictures(folder: Path, pictures: dict[str, Pixels]) -> list[Path]:
    with open_sink(SinkOptions(path=folder, names=tuple(pictures))) as sink:
        for index, pixels in enumerate(pictures.values()):
            sink.show(Frame(pixels, index, float(index)))
        sink.finish()
    assert sink.poll() == ()
    return sink.results


def test_pictures_come_back(tmp_path: Path) -> None:
    pictures = {"été.png": CARD, "b.jpg": quadrant_card(40, 80), "c.WebP": quadrant_card(33, 17)}
    results = write_pictures(tmp_path, pictures)
    assert [path.name for path in results] == list(pictures)
    assert sorted(tmp_path.iterdir()) == sorted(results)
    for path, pixels in zip(results, pictures.values(), strict=True):
        got = read_image(path)
        assert got.shape == pixels.shape
        assert np.median(np.abs(got.astype(int) - pixels)) <= 3
    np.testing.assert_array_equal(read_image(results[0]), CARD)


def test_old_pictures_are_replaced(tmp_path: Path) -> None:
    write_pictures(tmp_path, {"a.png": quadrant_card(20, 20)})
    (path,) = write_pictures(tmp_path, {"a.png": CARD})
    np.testing.assert_array_equal(read_image(path), CARD)


def test_more_frames_than_names(tmp_path: Path) -> None:
    sink = open_sink(SinkOptions(path=tmp_path, names=()))
    with pytest.raises(SinkError, match="got frame 1, but only 0 names"):
        sink.show(Frame(CARD, 0, 0.0))


def test_failure_leaves_nothing_partial(tmp_path: Path) -> None:
    sink = open_sink(SinkOptions(path=tmp_path, names=("a.png",)))
    (tmp_path / "a.png").mkdir()
    with pytest.raises(SinkError, match=r"a\.png could not be written after 0 pictures"):
        sink.show(Frame(CARD, 0, 0.0))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk(tmp_path: Path) -> None:
    (tmp_path / f"a.png.{os.getpid()}.partial").symlink_to("/dev/full")
    sink = open_sink(SinkOptions(path=tmp_path, names=("a.png",)))
    with pytest.raises(SinkError, match="disk full after 0 pictures"):
        sink.show(Frame(CARD, 0, 0.0))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a.gif",), r"a\.gif cannot be written, expected \.jpg"),
        (("../a.png",), "is a path, expected a file name"),
        (("a.png", "b.png", "a.png"), r"2 pictures would be written to a\.png"),
    ],
)
def test_unusable_names(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        open_sink(SinkOptions(path=tmp_path, names=names))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="needs a folder"):
        open_sink(SinkOptions())
    with pytest.raises(BadInputError, match="does not exist; create it or choose another"):
        open_sink(SinkOptions(path=tmp_path / "nowhere"))
    (tmp_path / "file").touch()
    with pytest.raises(BadInputError, match="is a file, expected an output folder"):
        open_sink(SinkOptions(path=tmp_path / "file"))
