"""Learning a style in the studio: by `pleinair train`, in a process of its own, shown at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from realtime.network.bundle import load_bundle
from realtime.network.card import read_card
from realtime.studio.settings import StudioSettings
from realtime.studio.training_material import find_material
from tests.clips import cut_off
from tests.helpers import until
from tests.studio import RunningStudio, running, with_small_network
from tests.train.tiny import write_painting, write_photographs


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photographs(tmp_path_factory.mktemp("content") / "photos")


@pytest.fixture(scope="module")
def studio(
    tmp_path_factory: pytest.TempPathFactory, photographs: Path, vgg16: Path
) -> Iterator[RunningStudio]:
    options = ("--engine", "identity", "--content", str(photographs), "--vgg", str(vgg16))
    with running(with_small_network(tmp_path_factory.mktemp("home")), *options) as opened:
        yield opened


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    return write_painting(tmp_path / "sunset.png", (20, 60, 220))


def learn(studio: RunningStudio, painting: Path, **asked: object) -> tuple[int, dict[str, Any]]:
    query = urlencode({"name": painting.name, **asked})
    return studio.ask(f"/api/learn?{query}", "POST", painting.read_bytes())


def lesson(studio: RunningStudio, name: str) -> dict[str, Any]:
    lessons = studio.ask("/api/learn")[1]["lessons"]
    return next((one for one in lessons if one["name"] == name), {})


def bundle(studio: RunningStudio, style: str) -> Path:
    return studio.home / "data" / "pleinair" / "styles" / f"{style}.safetensors"


def styles(studio: RunningStudio) -> set[str]:
    bundles = studio.ask("/api/styles")[1]["bundles"]
    return {style["name"] for one in bundles for style in one["styles"]}


def test_a_painting_becomes_a_style_like_any_other(studio: RunningStudio, painting: Path) -> None:
    status, begun = learn(studio, painting, minutes=0.01)
    assert status == 201
    assert (begun["style"], begun["manner"]) == ("sunset", "quick")
    name = begun["name"]
    assert learn(studio, painting, minutes=0.01)[0] == 400  # one at a time
    done = until(lambda: lesson(studio, name), lambda now: now["state"] != "learning")
    assert done["state"] == "done", done
    assert done["step"] == done["steps"] >= 1
    assert "sunset" in styles(studio)
    card = read_card(bundle(studio, "sunset"))
    assert card.names == ("calm", "wild", "sunset")
    assert card.added_style == 2
    load_bundle(bundle(studio, "sunset"))  # and paints its golden picture
    for what in ("painting", "preview"):
        status, data, headers = studio.raw(f"/api/learn/{name}/{what}")
        assert (status, headers["content-type"]) == (200, "image/png")
        assert data.startswith(b"\x89PNG")
    got = studio.raw(f"/api/learn/{name}/bundle")[1]
    assert got == bundle(studio, "sunset").read_bytes()
    _paint_with(studio, painting)
    _called_otherwise(studio, name)


def _paint_with(studio: RunningStudio, photograph: Path) -> None:
    status, job = studio.drop(photograph, style="sunset")
    assert status == 201
    assert job["look"]["bundle"] == "sunset"
    studio.wait_for(job["name"], lambda now: now["state"] == "done")


def _called_otherwise(studio: RunningStudio, name: str) -> None:
    for taken in ("scream", "Not a name", "../../evil", ""):
        query = urlencode({"style": taken})
        assert studio.ask(f"/api/learn/{name}/rename?{query}", "POST")[0] == 400
    assert studio.ask(f"/api/learn/{name}/rename?style=dusk", "POST")[0] == 200
    assert not bundle(studio, "sunset").exists()
    assert load_bundle(bundle(studio, "dusk")).card.names[-1] == "dusk"
    assert "dusk" in styles(studio)
    assert studio.ask(f"/api/learn/{name}", "DELETE")[0] == 200
    assert not bundle(studio, "dusk").exists()
    assert lesson(studio, name) == {}


def test_a_style_that_is_liked_is_stopped_and_may_go_on(
    studio: RunningStudio, painting: Path
) -> None:
    _, begun = learn(studio, painting, style="early", minutes=30)
    name = begun["name"]
    shown = until(lambda: lesson(studio, name), lambda now: now["version"] > 0)
    assert shown["state"] == "learning"
    assert "early" in styles(studio)  # from its first checkpoint
    newer = until(lambda: lesson(studio, name), lambda now: now["version"] > shown["version"])
    assert newer["step"] > 0
    studio.ask(f"/api/learn/{name}/stop", "POST")
    stopped = until(lambda: lesson(studio, name), lambda now: now["state"] != "learning")
    assert stopped["state"] == "stopped", stopped
    studio.end(signal.SIGKILL)
    studio.start()
    assert lesson(studio, name)["state"] == "stopped"
    studio.ask(f"/api/learn/{name}/resume", "POST")
    on = until(lambda: lesson(studio, name), lambda now: now["step"] > stopped["step"])
    assert on["state"] == "learning"
    studio.end(signal.SIGKILL)  # while it learns
    studio.start()
    after = lesson(studio, name)
    assert after["state"] == "stopped"
    load_bundle(bundle(studio, "early"))
    assert studio.ask(f"/api/learn/{name}", "DELETE")[0] == 200


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"style": "scream"}, "is called scream already"),
        ({"style": "../../evil"}, "expected lower-case letters"),
        ({"manner": "magic"}, "expected quick or thorough"),
        ({"minutes": "-1"}, "minutes must be above 0"),
        ({"minutes": "many"}, "minutes must be above 0"),
    ],
)
def test_what_is_asked_is_checked(
    studio: RunningStudio, painting: Path, asked: dict[str, str], words: str
) -> None:
    status, answer = learn(studio, painting, **asked)
    assert status == 400
    assert words in answer["error"]


def test_only_from_a_picture(studio: RunningStudio, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(b"ID3" + bytes(100))
    status, answer = learn(studio, path)
    assert status == 415
    assert "this is an MP3 sound file, expected a picture" in answer["error"]
    assert not [one for one in (studio.folder / "lessons").iterdir() if not any(one.iterdir())]


def test_what_a_run_complains_of_is_said(studio: RunningStudio, tmp_path: Path) -> None:
    small = cut_off(write_painting(tmp_path / "small.png", (1, 2, 3)))
    _, begun = learn(studio, small, style="broken", minutes=0.01)
    failed = until(lambda: lesson(studio, begun["name"]), lambda now: now["state"] != "learning")
    assert failed["state"] == "failed"
    assert "damaged or incomplete" in failed["error"]
    assert studio.ask(f"/api/learn/{begun['name']}", "DELETE")[0] == 200


def test_without_material_it_says_what_is_needed_and_takes_it_in(
    tmp_path: Path, painting: Path, photographs: Path, vgg16: Path
) -> None:
    with running(tmp_path / "home", "--engine", "identity") as studio:
        _, state = studio.ask("/api/learn")
        assert len(state["needs"]) == 2
        assert "--content FOLDER" in state["needs"][0]
        assert "vgg16-397923af.pth (528 MB" in state["needs"][1]
        status, answer = learn(studio, painting)
        assert status == 400
        assert "Photographs to practise on" in answer["error"]
        for photograph in sorted(photographs.iterdir()):
            path = "/api/learn/material/photograph?name=../../x.png"
            assert studio.ask(path, "POST", photograph.read_bytes())[0] == 201
        wrong = studio.ask("/api/learn/material/weights", "POST", b"hello")
        assert wrong[0] == 415
        assert "this is a text, expected weights" in wrong[1]["error"]
        status, answer = studio.ask("/api/learn/material/weights", "POST", vgg16.read_bytes())
        assert (status, answer["needs"]) == (201, [])
        names = {path.name for path in (studio.folder / "vgg").iterdir()}
        assert names == {"vgg16-397923af.pth"}
        _, state = studio.ask("/api/learn")
        assert (state["photographs"], state["needs"]) == (3, [])
        assert "3 photographs are few" in state["advice"]


@pytest.mark.parametrize("header", [{"x_pleinair_token": "wrong"}, {"origin": "https://a.example"}])
def test_nobody_else_may_teach(studio: RunningStudio, header: dict[str, str]) -> None:
    assert studio.ask("/api/learn", "POST", b"\x89PNG", **header)[0] == 403


def test_photographs_of_the_user_stay_his(studio: RunningStudio, photographs: Path) -> None:
    before = sorted(photographs.iterdir())
    status, _ = studio.ask("/api/learn/material/photograph", "POST", before[0].read_bytes())
    assert status == 400
    assert sorted(photographs.iterdir()) == before


def test_weights_that_torchvision_fetched_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StudioSettings(folder=tmp_path / "studio")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    assert find_material(settings).vgg is None
    kept = tmp_path / "torch" / "hub" / "checkpoints" / "vgg16-397923af.pth"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert find_material(settings).vgg == kept
