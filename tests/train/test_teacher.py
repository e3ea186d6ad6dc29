"""A pupil that learns from a teacher."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from realtime.errors import BadInputError
from realtime.lock import OutputLock
from realtime.network.bundle import load_bundle
from realtime.network.card import read_card
from tests.commands import invoke
from tests.train.tiny import log_lines, run, tiny_settings
from train.cli import app
from train.settings import TrainSettings


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainSettings, Path]:
    folder = tmp_path_factory.mktemp("teacher")
    settings, out = tiny_settings(folder), folder / "teacher.safetensors"
    run(replace(settings, steps=40), out)
    return settings, out


def distance(one: Path, other: Path) -> float:
    """Mean difference of both bundles' paintings of one picture, in levels."""
    torch.manual_seed(9)
    picture = torch.nn.functional.interpolate(torch.rand(1, 3, 8, 8) * 255, scale_factor=8)
    networks = [load_bundle(path).network.eval() for path in (one, other)]
    with torch.inference_mode():
        paintings = [
            torch.cat([network(picture, row[None]) for row in torch.eye(2)]).clamp(0, 255)
            for network in networks
        ]
    return float((paintings[0] - paintings[1]).abs().mean())


def pupil(settings: TrainSettings, **changes: object) -> TrainSettings:
    quiet = replace(settings, stability_weight=0.0, imitation_weight=10.0, judged_every=0)
    return replace(quiet, **changes)  # type: ignore[arg-type]


def test_it_comes_to_paint_as_its_teacher_does_without_a_loss_network(
    taught: tuple[TrainSettings, Path], tmp_path: Path
) -> None:
    settings, teacher = taught
    short, long = tmp_path / "short.safetensors", tmp_path / "long.safetensors"
    run(pupil(settings, steps=5), short, teacher=teacher)
    run(pupil(settings, steps=60), long, teacher=teacher)
    assert distance(long, teacher) < 0.6 * distance(short, teacher)
    assert read_card(long).results["losses"].keys() >= {"imitation", "range"}
    assert "style" not in read_card(long).results["losses"]


def test_the_loss_network_looks_at_every_nth_step(
    taught: tuple[TrainSettings, Path], tmp_path: Path
) -> None:
    settings, teacher = taught
    out = tmp_path / "out.safetensors"
    run(pupil(settings, judged_every=3, steps=10), out, teacher=teacher)
    assert [line["step"] for line in log_lines(out) if "style" in line] == [6, 9]


def test_a_teacher_of_other_styles_is_refused(
    taught: tuple[TrainSettings, Path], tmp_path: Path
) -> None:
    settings, teacher = taught
    with pytest.raises(BadInputError, match="knows one, two, the pupil is to learn two, one"):
        run(pupil(settings), tmp_path / "out.safetensors", teacher=teacher, names=("two", "one"))


def test_from_the_command_line(taught: tuple[TrainSettings, Path], tmp_path: Path) -> None:
    settings, teacher = taught
    out = tmp_path / "light.safetensors"
    invoke(
        app, "--teacher", teacher, "--content", settings.content, "--out", out, "--steps", 6,
        "--crop-size", 64, "--device", "cpu",
    )  # fmt: skip
    assert read_card(out).names == ("one", "two")
    assert read_card(out).recipe["styles"] == ["style0.png", "style1.png"]


def test_one_bundle_is_learned_by_one_run_at_a_time(
    taught: tuple[TrainSettings, Path], tmp_path: Path
) -> None:
    """The second would write the checkpoint of the first."""
    settings, teacher = taught
    out = tmp_path / "light.safetensors"
    lock = OutputLock(out)
    lock.acquire()
    arguments = ["--teacher", teacher, "--content", settings.content, "--out", out, "--steps", 6]
    with pytest.raises(BadInputError, match="is being written by another pleinair"):
        app(list(map(str, arguments)), standalone_mode=False)
    lock.release()
    assert not out.exists()
