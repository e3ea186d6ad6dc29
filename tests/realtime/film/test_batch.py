"""Folders and lists of clips: what is painted, what is left out, what is not painted twice."""

from __future__ import annotations

import logging
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from realtime.app import paint_images
from realtime.errors import BadInputError, SourceError
from realtime.film.batch import Batch, Finished, paint_batch
from realtime.film.film import Film
from realtime.network.card import DEFAULT_STYLE
from realtime.pipeline import Report
from realtime.provenance import is_ours
from realtime.video_cli import _of_clip
from tests.clips import cut_off, noise, write_clip
from tests.film import COPY, Silent, colours, paint
from tests.helpers import write_picture

STYLE = DEFAULT_STYLE


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("a.mp4", "b.mkv", "c.mp4"):
        write_clip(folder / name, [colours()] * 5)
    (folder / "._a.mp4").write_bytes(b"\0\5\x16\7 what macOS notes beside a file")
    return folder


def test_a_folder_painted_twice_paints_no_paintings_and_nothing_twice(clips: Path) -> None:
    first = paint(clips)
    assert [finished.clip.name for finished in first] == ["a.mp4", "b.mkv", "c.mp4"]
    assert all(finished.is_painted and not finished.was_done for finished in first)
    made = {path: path.stat().st_mtime_ns for path in clips.iterdir() if is_ours(path)}
    assert len(made) == 3
    second = paint(clips)
    assert [finished.clip.name for finished in second] == ["a.mp4", "b.mkv", "c.mp4"]
    assert all(finished.was_done for finished in second)
    assert {path: path.stat().st_mtime_ns for path in clips.iterdir() if is_ours(path)} == made
    others = paint(clips, settings=replace(COPY, every=2))
    assert not any(finished.was_done for finished in others)
    again = paint(clips, settings=replace(COPY, every=2, overwrite=True))
    assert not any(finished.was_done for finished in again)


def test_what_is_left_out_of_a_folder_is_said(
    clips: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    paint(clips / "a.mp4")
    paint(clips)
    assert "of its 4 films, 1 are paintings of pleinair's" in caplog.text


def test_a_folder_of_paintings_only_says_so(clips: Path, tmp_path: Path) -> None:
    paint(clips, out=tmp_path / "painted")
    with pytest.raises(BadInputError, match="but paintings of pleinair's"):
        paint(tmp_path / "painted")


def test_paintings_named_by_a_pattern_are_left_out_and_one_alone_is_painted(clips: Path) -> None:
    paint(clips / "a.mp4")
    painting = clips / f"a-{STYLE}.mp4"
    said: list[str] = []
    finished = paint(clips / "a.mp4", painting, clips / "c.mp4", said=said)
    assert [film.clip.name for film in finished] == ["c.mp4", "a.mp4"]
    assert said == [f"{painting} is the painting of {clips / 'a.mp4'}: it is not painted"]
    (alone,) = paint(painting)
    assert alone.result == clips / f"a-{STYLE}-{STYLE}.mp4"


class Impatient(Silent):
    """A user who presses Ctrl-C when the second film is begun."""

    def update(self, film: Film, report: Report) -> None:
        if len(self.begun) == 2:
            raise KeyboardInterrupt


def test_an_interrupted_batch_goes_on_where_it_stopped(clips: Path) -> None:
    batch = Batch(paths=[clips], settings=COPY)
    finished: list[Finished] = list(paint_batch(batch, Impatient(), lambda line: None))
    assert [(f.clip.name, f.is_painted, f.interrupted) for f in finished] == [
        ("a.mp4", True, False), ("b.mkv", False, True), ("c.mp4", False, True),
    ]  # fmt: skip
    listener = Silent()
    finished = list(paint_batch(batch, listener, lambda line: None))
    assert all(film.is_painted for film in finished)
    assert [path.name for path in listener.begun] == ["b.mkv", "c.mp4"]


def test_a_film_that_is_not_whole_is_not_taken_for_done(clips: Path) -> None:
    cut = cut_off(write_clip(clips / "cut.mkv", noise(90)))
    (finished,) = paint(cut)
    assert finished.result is not None
    finished.result.rename(clips / f"cut-{STYLE}.mkv")
    (again,) = paint(cut)
    assert not again.was_done
    assert "is cut off" in str(again.error)


def test_two_clips_are_not_clip_and_painting_by_mistake(clips: Path) -> None:
    (finished,) = paint(clips / "a.mp4", clips / "c.mp4")
    assert "several clips go into a folder" in str(finished.error)


def test_a_changed_original_is_painted_again(clips: Path) -> None:
    paint(clips / "a.mp4")
    write_clip(clips / "a.mp4", [colours()] * 7)
    (finished,) = paint(clips / "a.mp4")
    assert not finished.was_done
    assert finished.frames == 7


@pytest.mark.parametrize("kind", ["a file without ending", "below a file", "not to be made"])
def test_outputs_that_cannot_be_folders_are_one_line(clips: Path, kind: str) -> None:
    (clips.parent / "out").write_bytes(b"a user's file")
    out = {
        "a file without ending": clips.parent / "out",
        "below a file": clips.parent / "out" / "deeper",
        "not to be made": Path("/proc/nowhere/deeper"),
    }[kind]
    with pytest.raises(BadInputError, match=r"expected an output folder|cannot be made"):
        paint(clips, out=out)
    assert (clips.parent / "out").read_bytes() == b"a user's file"


def test_pictures_of_one_name_get_two_paintings(tmp_path: Path) -> None:
    pictures = []
    for folder, side in (("one", 20), ("two", 30)):
        (tmp_path / folder).mkdir()
        pictures.append(write_picture(tmp_path / folder / "img.png", colours(side, side)))
    (tmp_path / "out").mkdir()
    watched: list[Path] = []
    said: list[str] = []

    def run(*more: Path) -> list[Path]:
        watched.clear()
        return paint_images(
            COPY.paint, [*pictures, *more], tmp_path / "out", watched.append, tell=said.append
        )

    written = run()
    assert [path.name for path in written] == [f"img-{STYLE}.png", f"img-{STYLE}-2.png"]
    assert watched == written
    assert len({path.read_bytes() for path in written}) == 2
    assert run(pictures[0]) == written
    assert watched == []
    assert all("painted in just this way" in line for line in said)


def test_pictures_painted_twice_by_a_pattern(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    write_picture(tmp_path / "a.bmp")
    for _ in range(2):
        paint_images(COPY.paint, sorted(tmp_path.iterdir()), None, lambda path: None)
        assert sorted(p.name for p in tmp_path.iterdir()) == [
            f"a-{STYLE}-2.png", f"a-{STYLE}.png", "a.bmp", "a.png",
        ]  # fmt: skip


def test_an_interrupted_list_of_pictures_goes_on_where_it_stopped(tmp_path: Path) -> None:
    pictures = [write_picture(tmp_path / f"{name}.png") for name in "abc"]
    said: list[str] = []

    def press_ctrl_c(path: Path) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        paint_images(COPY.paint, pictures, None, press_ctrl_c, tell=said.append)
    assert said == ["1 of 3 pictures are painted; the same command goes on with the others"]
    watched: list[Path] = []
    written = paint_images(COPY.paint, pictures, None, watched.append)
    assert [path.name for path in watched] == [f"b-{STYLE}.png", f"c-{STYLE}.png"]
    assert len(written) == 3


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("in/x.mp4 is empty", "in/x.mp4 is empty"),
        ("x.mp4 is cut off", "in/x.mp4 is cut off"),
        ("disk full", "in/x.mp4: disk full"),
    ],
)
def test_an_error_names_its_clip_once(said: str, shown: str) -> None:
    film = Finished(Path("in/x.mp4"), error=SourceError(said))
    assert _of_clip(film, is_one_of_many=True) == shown
    assert _of_clip(film, is_one_of_many=False) == said
