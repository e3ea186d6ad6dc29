"""Nothing of the user's is overwritten, whatever writes; what pleinair wrote is replaced."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import typer

from benchmarks.cli import app as bench
from benchmarks.result import Result
from export.checkpoint import import_checkpoint
from export.job import ExportJob
from realtime.app import paint_demo, paint_images
from realtime.cli import app
from realtime.errors import BadInputError, PleinairError
from realtime.live.run import run_live
from realtime.network.card import DEFAULT_STYLE, StyleCredit
from realtime.provenance import is_ours
from realtime.settings import LiveSettings
from realtime.sheet import write_sheet
from tests.clips import write_clip
from tests.film import COPY, paint
from tests.helpers import FAST, quadrant_card, write_picture
from tests.train.tiny import run, tiny_settings
from train.loop import Extras
from train.neural_style.cli import app as paint_slowly
from train.preview import preview_path

Writer = Callable[[Path, Path, bool], object]


def image(inputs: Path, out: Path, overwrite: bool) -> None:
    picture = write_picture(inputs / f"photo{out.suffix}")
    paint_images(COPY.paint, [picture], out.parent, lambda path: None, overwrite=overwrite)


def film(inputs: Path, out: Path, overwrite: bool) -> None:
    clip = write_clip(inputs / "clip.mp4", [quadrant_card()] * 3)
    target = out.with_name("%05d.png") if out.name == "00002.png" else out
    (finished,) = paint(clip, out=target, settings=replace(COPY, overwrite=overwrite))
    if finished.error is not None:
        raise finished.error


def live(inputs: Path, out: Path, overwrite: bool) -> None:
    clip = write_clip(inputs / "clip.mp4", [quadrant_card()] * 3)
    settings = LiveSettings(
        source=str(clip), sink="video", out=out, engine="identity", overwrite=overwrite
    )
    run_live(settings, lambda line: None)


def demo(inputs: Path, out: Path, overwrite: bool) -> None:
    settings = replace(COPY.paint, size=(64, 48))
    paint_demo(settings, out.parent, 0.1, lambda report: None, overwrite=overwrite)


def sheet(inputs: Path, out: Path, overwrite: bool) -> None:
    write_sheet(out, [], [write_picture(inputs / "photo.png")], overwrite=overwrite)


def figures(inputs: Path, out: Path, overwrite: bool) -> None:
    Result(command="", machine={}, rows=[]).write(out, overwrite=overwrite)


PHOTO = f"photo-{DEFAULT_STYLE}"
FILES: dict[Writer, tuple[str, ...]] = {
    image: (f"{PHOTO}.png", f"{PHOTO}.jpg", f"{PHOTO}.webp"),
    film: ("out.mp4", "out.mkv", "out.webm", "out.mov", "out.gif", "00002.png"),
    live: ("out.mp4", "out.webm"),
    demo: ("demo.mp4", "demo.png"),
    sheet: ("sheet.png", "sheet.webp"),
    figures: ("figures.json",),
}


@pytest.mark.parametrize(
    ("write", "name"), [(write, name) for write, names in FILES.items() for name in names]
)
def test_only_what_is_ours_is_replaced(write: Writer, name: str, tmp_path: Path) -> None:
    inputs, out = tmp_path / "inputs", tmp_path / "out" / name
    inputs.mkdir()
    out.parent.mkdir()
    out.write_bytes(b"the only copy of something")
    with pytest.raises(BadInputError, match=r"pleinair did not write it.*--overwrite"):
        write(inputs, out, False)
    assert out.read_bytes() == b"the only copy of something"
    assert [path.name for path in out.parent.iterdir()] == [name]
    write(inputs, out, True)
    first = out.read_bytes()
    assert is_ours(out)
    assert first != b"the only copy of something"
    out.touch()
    write(inputs, out, False)
    assert is_ours(out)


@pytest.mark.parametrize(("write", "name"), [(image, f"{PHOTO}.png"), (film, "out.mp4")])
def test_a_link_is_followed(write: Writer, name: str, tmp_path: Path) -> None:
    near, far = tmp_path / "near" / name, tmp_path / "far" / name
    near.parent.mkdir()
    far.parent.mkdir()
    near.symlink_to(far)
    write(tmp_path, near, False)
    assert near.is_symlink()
    assert is_ours(far)
    far.write_bytes(b"a user's file")
    with pytest.raises(BadInputError, match="did not write it"):
        write(tmp_path, near, False)
    assert far.read_bytes() == b"a user's file"


@pytest.mark.parametrize("overwrite", [False, True])
def test_inputs_are_never_written_to(tmp_path: Path, overwrite: bool) -> None:
    clip = write_clip(tmp_path / "a.mp4", [quadrant_card()] * 3)
    picture = write_picture(tmp_path / "a.png")
    (tmp_path / "link.mp4").symlink_to(clip)
    before = {path: path.read_bytes() for path in (clip, picture)}
    for address in (str(clip), f"video:{clip}"):
        for out in (clip, tmp_path / "link.mp4"):
            settings = LiveSettings(source=address, sink="video", out=out, engine="identity",
                                    overwrite=overwrite)  # fmt: skip
            with pytest.raises(BadInputError, match="is the input itself"):
                run_live(settings, lambda line: None)
            (finished,) = paint(clip, out=out, settings=replace(COPY, overwrite=overwrite))
            assert "is the input itself" in str(finished.error)
    with pytest.raises(BadInputError, match="is the input itself"):
        write_sheet(picture, [], [picture], overwrite=overwrite)
    assert {path: path.read_bytes() for path in (clip, picture)} == before


def test_a_painting_that_is_an_input_of_the_same_run_is_never_replaced(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [quadrant_card()] * 3)
    (mine,) = paint(clip)
    assert mine.result is not None
    (finished,) = paint(mine.result, out=mine.result)
    assert "is the input itself" in str(finished.error)


def test_a_clip_named_like_another_ones_painting_is_never_replaced(tmp_path: Path) -> None:
    names = ("a.mp4", f"a-{DEFAULT_STYLE}.mp4")
    clips = [write_clip(tmp_path / name, [quadrant_card()] * 3) for name in names]
    before = clips[1].read_bytes()
    finished = paint(*clips, out=tmp_path, settings=replace(COPY, overwrite=True))
    assert sorted(str(film.error is None) for film in finished) == ["False", "True"]
    assert clips[1].read_bytes() == before
    pictures = [write_picture(tmp_path / f"{name}.png") for name in ("b", f"b-{DEFAULT_STYLE}")]
    before = pictures[1].read_bytes()
    with pytest.raises(BadInputError, match="is the input itself"):
        paint_images(COPY.paint, pictures, None, lambda path: None, overwrite=True)
    assert pictures[1].read_bytes() == before


def refused(kept: Path, command: Callable[..., object], *arguments: object, **more: object) -> None:
    before = kept.read_bytes()
    with pytest.raises(PleinairError, match=r"did not write it|is the input itself"):
        command(*arguments, **more)
    assert kept.read_bytes() == before


def refused_by(app: typer.Typer, kept: Path, *arguments: object) -> None:
    refused(kept, app, list(map(str, arguments)), standalone_mode=False)


def test_the_writers_that_work_for_long_ask_first(tmp_path: Path) -> None:
    """Slow painting, training, imports, exports, figures: the refusal comes before any work."""
    mine = write_picture(tmp_path / "mine.png", quadrant_card(96, 96))
    slow = (mine, mine, "--vgg", "/nowhere")
    refused_by(paint_slowly, mine, *slow, "--out", mine)
    refused_by(paint_slowly, mine, *slow, "--losses", mine)
    steps = tmp_path / "mine-mine-steps"
    steps.mkdir()
    sketch = steps / "00003.png"
    sketch.write_bytes(b"a user's file")
    refused_by(paint_slowly, sketch, *slow, "--steps", 5, "--every", 3)
    torch.save({}, tmp_path / "c.pth")
    other = tmp_path / "weights.safetensors"
    other.write_bytes(b"a user's weights")
    credit = StyleCredit(name="one")
    for out in (other, tmp_path / "c.pth"):
        refused(out, import_checkpoint, tmp_path / "c.pth", out, credit, licence="")
    refused(other, ExportJob, bundle=FAST, out=other)
    for command in ("live", "engines", "hold"):
        with pytest.raises(BadInputError, match="did not write it"):
            bench([command, "--json", str(other)], standalone_mode=False)
    with pytest.raises(BadInputError, match="did not write it"):
        app(["live", "--source", "synthetic", "--json", str(other)], standalone_mode=False)


def test_training_spares_what_lies_beside_its_bundle(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path, steps=1)
    for ending in (".safetensors", ".jsonl"):
        mine = tmp_path / f"mine{ending}"
        mine.write_bytes(b'{"step": 0}')
        refused(mine, run, settings, tmp_path / "mine.safetensors")
        mine.unlink()


def test_a_painting_is_not_replaced_by_its_own_preview(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path, steps=1)
    out = tmp_path / "new.safetensors"
    painting = settings.styles[0].rename(preview_path(out))
    settings = replace(settings, styles=(painting, settings.styles[1]))
    refused(painting, run, settings, out, Extras(previews=(painting,), overwrite=True))


def test_snapshots_and_debris_do_not_get_in_the_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A recording that was killed leaves something unreadable: it is kept, and not in the way."""
    caplog.set_level(logging.ERROR)
    (tmp_path / "out.partial.mp4").write_bytes(b"cut off")
    live(tmp_path, tmp_path / "out.mp4", False)
    assert (tmp_path / "out.partial.mp4").read_bytes() == b"cut off"
    assert is_ours(tmp_path / "out.mp4")
