"""Whole runs on real files, through the functions that the command line calls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime.app import paint_images
from realtime.engines import open_engine
from realtime.errors import BadInputError, PleinairError
from realtime.live.run import run_live
from realtime.look import Look
from realtime.network.card import DEFAULT_STYLE
from realtime.network.library import choose
from realtime.painter import default_output, default_picture_output, style_label
from realtime.pipeline import Hooks, run, run_plainly
from realtime.settings import LiveSettings, PaintSettings
from realtime.sources import open_source
from tests.helpers import ListSink, read_back, write_picture
from tests.made import SHORT, SHORT_FRAMES


def test_a_clip_is_painted_alike_by_the_plain_loop_and_the_threads(clips_folder: Path) -> None:
    clip = f"video:{clips_folder / SHORT[0]}"
    entry, look = choose("scream")
    plain, threaded = ListSink(), ListSink()
    with open_engine("torch", entry.path) as engine:
        with open_source(clip) as source:
            assert run_plainly(source, engine, plain, look) == SHORT_FRAMES
        with open_source(clip) as source:
            report = run(source, engine, threaded, Hooks(look=lambda: look))
    assert (report.frames, report.dropped) == (SHORT_FRAMES, 0)
    assert plain.finished == threaded.finished == 1
    assert len(plain.frames) == SHORT_FRAMES
    for one, other in zip(plain.frames, threaded.frames, strict=True):
        assert (one.index, one.pts_seconds) == (other.index, other.pts_seconds)
        assert one.pixels.tobytes() == other.pixels.tobytes()


def test_every_shipped_style_changes_a_photograph(photographs_folder: Path, tmp_path: Path) -> None:
    photograph = photographs_folder / "scene-01.jpg"
    paintings = []
    for style in ("starry-night", "mosaic", "edtaonisl"):
        settings = PaintSettings(style=style)
        (path,) = paint_images(settings, [photograph], tmp_path, lambda path: None)
        assert path == tmp_path / f"scene-01-{style}.jpg"
        paintings.append(read_back(path).astype(int))
    original = read_back(photograph)
    for index, painting in enumerate(paintings):
        assert painting.shape == original.shape == (300, 225, 3)
        assert np.abs(painting - original).mean() > 15
        assert np.abs(painting - paintings[index - 1]).mean() > 15


def test_the_folder_for_snapshots_is_made_or_refused_before_anything_is_opened(
    tmp_path: Path,
) -> None:
    settings = LiveSettings(
        source="synthetic", sink="null", seconds=0.1, size=(64, 48), engine="identity",
        snapshots=tmp_path / "new" / "deep",
    )  # fmt: skip
    run_live(settings, lambda line: None)
    assert (tmp_path / "new" / "deep").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(BadInputError, match="cannot be made"):
        run_live(replace(settings, snapshots=tmp_path / "file" / "in"), lambda line: None)


@pytest.mark.parametrize(
    ("name", "painted"),
    [
        ("clip.mp4", "clip-x.mp4"),
        ("clip.MOV", "clip-x.mov"),
        ("old.avi", "old-x.mp4"),
        ("moving.gif", "moving-x.gif"),
        ("moving.png", "moving-x.mp4"),
    ],
)
def test_films_lie_beside_what_they_were_painted_from(name: str, painted: str) -> None:
    assert default_output(Path("folder") / name, "x") == Path("folder") / painted


@pytest.mark.parametrize(
    ("name", "written_as", "painted"),
    [
        ("photo.JPG", ".jpg", "photo-x.jpg"),
        ("photo.jfif", ".jpg", "photo-x.jpg"),
        ("photo.jpe", ".jpg", "photo-x.jpg"),
        ("photo", ".jpg", "photo-x.jpg"),
        ("photo.2024", ".webp", "photo.2024-x.webp"),
        ("photo.avif", ".avif", "photo-x.png"),
        ("scan.tif", ".tif", "scan-x.png"),
        ("scan", ".bmp", "scan-x.png"),
    ],
)
def test_pictures_are_known_by_content(
    name: str, written_as: str, painted: str, tmp_path: Path
) -> None:
    path = write_picture(tmp_path / f"stored{written_as}").rename(tmp_path / name)
    assert default_picture_output(path, "x") == tmp_path / painted
    settings = PaintSettings(engine="identity")
    (written,) = paint_images(settings, [path], tmp_path / "new" / "out", lambda path: None)
    assert written.suffix == Path(painted).suffix
    assert read_back(written).shape == (48, 64, 3)


def test_one_bad_picture_does_not_end_the_list(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "c.png"):
        write_picture(folder / name)
    (folder / "b.png").write_text("not a picture")
    (folder / "notes.txt").write_text("not a picture either, nor called one")
    settings, failed = PaintSettings(engine="identity"), list[str]()
    for _ in range(2):  # the second time, the paintings of the first are not painted
        failed.clear()
        written = paint_images(
            settings, [folder, tmp_path / "none.png"], None, lambda path: None,
            lambda error: failed.append(str(error)),
        )  # fmt: skip
        names = [path.name for path in written]
        assert names == [f"a-{DEFAULT_STYLE}.png", f"c-{DEFAULT_STYLE}.png"]
        # What is missing is said before anything is painted.
        ends = ("/none.png", "/b.png is a text, expected one of these pictures")
        for text, end in zip(failed, ends, strict=True):
            assert text.partition(":")[0].endswith(end)
    with pytest.raises(BadInputError, match="there is no picture"):
        paint_images(settings, [tmp_path / "none.png"], None, lambda path: None)


def test_a_folder_that_cannot_be_made_ends_it(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "a.png")
    failed: list[PleinairError] = []
    (tmp_path / "b").write_text("no folder")
    settings = PaintSettings(engine="identity")
    for out, message in (("b", "is a file, expected"), ("a.png/out", "cannot be made")):
        with pytest.raises(BadInputError, match=message):
            paint_images(settings, [picture], tmp_path / out, lambda path: None, failed.append)
    assert not failed


def test_a_mix_is_named_after_its_styles() -> None:
    entry, look = choose("starry-night:0.5,mosaic:0.5")
    with open_engine("identity", entry.path) as engine:
        assert style_label(engine, look) == "starry-night+mosaic"
        count = len(engine.styles)
        assert style_label(engine, Look.of_style(0, count)) == "starry-night"


def test_strokes_and_kept_colours_are_asked_for_like_strength(tmp_path: Path) -> None:
    small = np.random.default_rng(3).integers(0, 256, (12, 16, 3), np.uint8)
    picture = write_picture(tmp_path / "picture.png", cv2.resize(small, (160, 120)))

    def painted(**asked: object) -> np.ndarray:
        settings = PaintSettings(engine="torch", **asked)  # type: ignore[arg-type]
        (path,) = paint_images(settings, [picture], tmp_path, lambda path: None)
        return read_back(path).astype(int)

    usual, fine, kept = painted(), painted(stroke=0.5), painted(keep_colours=True)
    assert np.abs(usual - fine).mean() > 5

    def colours(pixels: np.ndarray) -> np.ndarray:
        return cv2.cvtColor(pixels.astype(np.uint8), cv2.COLOR_RGB2YCrCb)[..., 1:].astype(int)

    original = colours(read_back(picture))
    far, near = (np.abs(colours(p) - original).mean() for p in (usual, kept))
    assert near < 0.5 * far
    assert np.abs(usual - painted(stroke="native")).mean() > 5
    with pytest.raises(BadInputError, match=r"stroke must be between 0\.5 and 2, or native, got 3"):
        PaintSettings(stroke=3)
