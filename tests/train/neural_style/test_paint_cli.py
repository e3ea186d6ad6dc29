"""`pleinair paint`, as a user runs it."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from realtime.errors import PleinairError
from tests.commands import start_python
from tests.helpers import landscape, read_back, until, write_picture
from tests.train.tiny import write_painting
from train.data import read_rgb
from train.neural_style.cli import app


@pytest.fixture
def folder(tmp_path: Path, vgg16: Path) -> Path:
    shutil.copy(vgg16, tmp_path)
    write_painting(tmp_path / "stripes.png", (20, 60, 220))
    write_picture(tmp_path / "cat.png", landscape(120, 90))
    return tmp_path


def paint(folder: Path, *more: str) -> None:
    paths = [str(folder / name) for name in ("cat.png", "stripes.png")]
    arguments = [*paths, "--vgg", str(folder / "vgg16.pth"), "--size", "128", *more]
    app(arguments, standalone_mode=False)


def test_it_writes_a_picture_its_steps_and_its_losses(folder: Path) -> None:
    losses, out = folder / "loss.jsonl", folder / "out.png"
    more = ["--steps", "6", "--every", "3", "--losses", str(losses), "--out", str(out)]
    paint(folder, *more)
    assert read_rgb(out).shape == (96, 128, 3)
    steps = sorted(path.name for path in (folder / "out-steps").iterdir())
    assert steps == ["00003.png", "00006.png"]
    assert read_rgb(folder / "out-steps" / "00003.png").shape == (96, 128, 3)
    lines = [json.loads(line) for line in losses.read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert {"content", "style", "tv", "total"} <= lines[0].keys()
    assert lines[-1]["size"] == "128x96"


def test_a_size_may_be_what_the_picture_is_to_fit_into(folder: Path) -> None:
    out = folder / "fitted.png"
    paint(folder, "--size", "160x90", "--steps", "1", "-o", str(out))
    assert read_rgb(out).shape == (90, 120, 3)
    with pytest.raises(PleinairError, match="expected WIDTHxHEIGHT"):
        paint(folder, "--size", "big")


def test_without_a_name_it_takes_one_that_is_free(folder: Path) -> None:
    for _ in range(2):
        paint(folder, "--steps", "1")
    assert (folder / "cat-stripes.png").exists()
    assert (folder / "cat-stripes-2.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--size", "9"], "--size must be from 64 to 4096"),
        (["--style-size", "5000"], "--style-size must be from 64 to 4096"),
        (["--optimiser", "sgd"], "adam"),
        (["--start", "black"], "noise"),
        (["--steps", "0"], "steps and levels must be at least 1"),
        (["--every", "0"], "--every must be at least 1"),
        (["--out", "x.txt"], "cannot be written"),
        (["--out", "{folder}/none/x.png"], "none"),
        (["--out", "{folder}/cat.png"], "cat.png"),
        (["--device", "abacus"], "cuda"),
        (["--vgg", "{folder}/none.pth"], "no weights file or folder"),
    ],
)
def test_bad_input_is_refused_before_any_work(
    folder: Path, arguments: list[str], message: str
) -> None:
    before = sorted(folder.iterdir())
    with pytest.raises(PleinairError, match=message):
        paint(folder, *(argument.format(folder=folder) for argument in arguments))
    assert sorted(folder.iterdir()) == before


def test_pictures_that_cannot_be_painted(folder: Path) -> None:
    write_picture(folder / "cat.png", np.zeros((4, 400, 3), np.uint8))
    with pytest.raises(PleinairError, match="at least 32 on the shorter side"):
        paint(folder)
    (folder / "cat.png").write_text("no picture")
    with pytest.raises(PleinairError, match="is a text, expected one of these pictures"):
        paint(folder)


def test_ctrl_c_keeps_the_picture_so_far(folder: Path) -> None:
    out, losses = folder / "out.png", folder / "loss.jsonl"
    child = start_python(
        "-m", "realtime", "paint", folder / "cat.png", folder / "stripes.png", "--vgg",
        folder / "vgg16.pth", "--out", out, "--steps", "100000", "--losses", losses,
    )  # fmt: skip
    until(lambda: losses.exists() and losses.stat().st_size, process=child)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "of 100000; painted so far" in errors
    assert "Traceback" not in errors
    read_back(out)


def test_programs_are_told_what_came_of_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paint(folder, "--steps", "2", "--json", "--out", str(folder / "out.png"))
    told = json.loads(capsys.readouterr().out)
    assert told["result"] == str(folder / "out.png")
    assert (told["step"], told["steps"], told["interrupted"]) == (2, 2, False)
    assert {"content", "style", "total"} <= told["losses"].keys()
    kept = folder / "facts.json"
    paint(folder, "--steps", "1", "--json", str(kept))
    assert json.loads(kept.read_text())["written_by"] == "pleinair"
    (folder / "notes.json").write_text("{}")
    with pytest.raises(PleinairError, match="did not write it"):
        paint(folder, "--steps", "1", "--json", str(folder / "notes.json"))
