"""`pleinair image`, in one process: lists, folders, and what is said of them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from realtime.cli import app
from realtime.network.card import DEFAULT_STYLE
from tests.commands import ROOT, assert_refused, pleinair
from tests.helpers import quadrant_card, read_back


def image(*arguments: object, piped: bytes = b"") -> Result:
    asked = ["image", *map(str, arguments), "--engine", "identity"]
    return CliRunner().invoke(app, asked, input=piped)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.jpg", "b.png", "c"):
        Image.fromarray(quadrant_card()).save(folder / name, "PNG")
    return folder


def test_a_folder_is_painted_into_one_that_is_made(photos: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in photos.iterdir()}
    out = tmp_path / "not" / "there"
    result = image(photos, "--out", out)
    assert result.exit_code == 0, result.output
    painted = sorted(path.name for path in out.iterdir())
    assert painted == [f"a-{DEFAULT_STYLE}.jpg", f"b-{DEFAULT_STYLE}.png", f"c-{DEFAULT_STYLE}.png"]
    assert {path.name: path.read_bytes() for path in photos.iterdir()} == before
    np.testing.assert_array_equal(read_back(out / f"b-{DEFAULT_STYLE}.png"), quadrant_card())


def test_one_bad_picture_ends_nothing(photos: Path, tmp_path: Path) -> None:
    (photos / "b.png").write_bytes((photos / "b.png").read_bytes()[:60])
    out = tmp_path / "out"
    result = image(photos / "none.jpg", photos / "b.png", photos / "a.jpg", "--out", out)
    assert result.exit_code == 2
    written, counted = result.stdout.splitlines()
    assert written == str(out / f"a-{DEFAULT_STYLE}.jpg")
    assert counted == "1 of 3 pictures are painted"
    first, second = result.stderr.splitlines()
    assert first.startswith(f"pleinair: there is no picture {photos / 'none.jpg'}")
    assert second.startswith(f"pleinair: {photos / 'b.png'} is damaged or incomplete")


def test_nothing_is_made_for_nothing(photos: Path, tmp_path: Path) -> None:
    result = image(photos / "none.jpg", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_the_list_is_refused(photos: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    result = image(tmp_path / "pipe.png", photos / "a.jpg", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "pipe.png is a pipe or a device" in result.stderr
    assert "1 of 2 pictures are painted" in result.stdout


def test_one_picture_may_be_named(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "not" / "there" / "mine.PNG"
    result = image(photos / "a.jpg", "-o", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}\n"
    with Image.open(out) as picture:
        assert picture.format == "PNG"
        np.testing.assert_array_equal(np.asarray(picture), quadrant_card())
    assert "left as it is" in image(photos / "a.jpg", "-o", out).stdout
    (out.parent / "foreign.png").write_bytes((photos / "b.png").read_bytes())
    refused = image(photos / "a.jpg", "-o", out.parent / "foreign.png")
    assert refused.exit_code == 2
    assert "pleinair did not write it" in refused.stderr


def test_a_folder_with_an_ending_is_a_folder_when_it_is_there(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "paintings.2"
    out.mkdir()
    assert image(photos, "-o", out).exit_code == 0
    assert len(list(out.iterdir())) == 3


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("one.png", "3 pictures cannot all become"),
        ("one.pdf", "one.pdf cannot be written, expected .jpg"),
    ],
)
def test_a_name_that_cannot_be_is_refused_before_any_work(
    photos: Path, tmp_path: Path, out: str, message: str
) -> None:
    refused = pleinair("image", photos, "-o", tmp_path / out, "--engine", "identity")
    assert_refused(refused, message)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


def test_programs_are_told_what_came_of_every_picture(photos: Path, tmp_path: Path) -> None:
    out, bad = tmp_path / "out", tmp_path / "bad.png"
    bad.write_text("no picture")
    image(photos / "b.png", "--out", out)
    result = image(photos / "a.jpg", bad, photos / "b.png", "--out", out, "--json")
    assert result.exit_code == 2
    told = {Path(one["picture"]).name: one for one in json.loads(result.stdout)}
    assert told["a.jpg"]["result"] == str(out / f"a-{DEFAULT_STYLE}.jpg")
    assert (told["a.jpg"]["was_done"], told["b.png"]["was_done"]) == (False, True)
    assert told["bad.png"]["result"] is None
    assert "is a text" in told["bad.png"]["error"]
    kept = tmp_path / "facts.json"
    assert image(photos / "a.jpg", "--out", out, "--json", kept).exit_code == 0
    assert json.loads(kept.read_text())[0]["written_by"] == "pleinair"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP", "BMP"])
def test_a_picture_goes_through_pipes(kind: str) -> None:
    """Real pipes, in a process: nothing but the picture may come out."""
    sent = io.BytesIO()
    Image.fromarray(quadrant_card()).save(sent, kind)
    command = [sys.executable, "-m", "realtime", "image", "-", "-o", "-", "--engine", "identity"]
    finished = subprocess.run(
        command, input=sent.getvalue(), capture_output=True, cwd=ROOT, check=False, timeout=240
    )
    assert finished.returncode == 0, finished.stderr
    with Image.open(io.BytesIO(finished.stdout)) as picture:
        assert picture.format == ("PNG" if kind == "BMP" else kind.upper())
        off = np.asarray(picture.convert("RGB")).astype(int) - quadrant_card()
    assert np.median(np.abs(off)) <= (0 if kind in ("PNG", "BMP") else 4)


def test_a_pipe_may_be_at_one_end_only(photos: Path, tmp_path: Path) -> None:
    data = (photos / "b.png").read_bytes()
    assert image("-", piped=data).stdout_bytes.startswith(b"\x89PNG")
    assert image(photos / "b.png", "-o", "-").stdout_bytes.startswith(b"\x89PNG")
    out = tmp_path / "new" / "small.jpg"
    result = image("-", "-o", out, "--size", "32x32", "--json", piped=data)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)[0]["result"] == str(out)
    assert read_back(out).shape == (24, 32, 3)


@pytest.mark.parametrize(
    ("arguments", "piped", "message"),
    [
        (["-"], b"", "standard input is empty (0 bytes)"),
        (["-"], b"\x89PNG\r\n\x1a\n broken", "standard input is damaged or incomplete"),
        (["-"], b"a letter", "standard input is a text, expected one of these pictures"),
        (["-", "{photos}/a.jpg"], b"", "takes one picture"),
        (["{photos}", "-o", "-"], b"", "takes one picture"),
        (["-", "-o", "{photos}"], b"", "has no name: give a file"),
        (["-", "-o", "x.pdf"], b"", "x.pdf cannot be written"),
        (["{photos}/b.png", "-o", "-", "--json"], b"", "the picture or the JSON, not both"),
        (["{photos}/b.png", "-o", "{photos}/a.jpg", "--json", "-"], b"", "did not write it"),
    ],
)
def test_what_cannot_go_through_a_pipe(
    photos: Path, arguments: list[str], piped: bytes, message: str
) -> None:
    before = {path.name: path.read_bytes() for path in photos.iterdir()}
    result = image(*(one.format(photos=photos) for one in arguments), piped=piped)
    assert result.exit_code != 0
    assert message in result.stderr + str(result.exception)
    assert not result.stdout_bytes or result.stdout.startswith("[")
    assert {path.name: path.read_bytes() for path in photos.iterdir()} == before
