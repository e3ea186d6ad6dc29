"""What a bundle is worth."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from realtime.errors import BadInputError
from realtime.network.card import read_card
from tests.commands import invoke
from tests.train.tiny import assert_rows_kept, run, tiny_settings, weights, write_painting
from train.evaluate.cli import app
from train.evaluate.evaluate import noise_gain, shift_gain
from train.provenance import paintings_of


def scene() -> Tensor:
    small = torch.rand(1, 3, 12, 16, generator=torch.Generator().manual_seed(3)) * 200 + 20
    return torch.nn.functional.interpolate(small, size=(96, 128), mode="bilinear")


def test_gains_of_painters_whose_gain_is_known() -> None:
    assert noise_gain(lambda x: x, scene()) == pytest.approx(1.0)
    assert noise_gain(lambda x: x / 2, scene()) == pytest.approx(0.5)
    assert noise_gain(torch.zeros_like, scene()) == 0
    assert shift_gain(lambda x: 255 - x, scene()) == pytest.approx(0, abs=1e-6)
    screen_door = torch.zeros(1, 3, 96, 128)
    screen_door[..., ::8] = 255

    def sticks_to_the_glass(x: Tensor) -> Tensor:
        return screen_door[..., : x.shape[2], : x.shape[3]]

    assert shift_gain(sticks_to_the_glass, scene()) > 1


def test_the_figures_are_written_into_the_card(tmp_path: Path, vgg16: Path) -> None:
    settings = tiny_settings(tmp_path)
    path, third = tmp_path / "two.safetensors", tmp_path / "three.safetensors"
    run(settings, path)
    before = weights(path)
    write_painting(tmp_path / "third.png", (10, 200, 60), stripes=7)
    grown = {"styles": (tmp_path / "third.png",), "kept_styles": 2, "rows_only": True}
    run(
        tiny_settings(tmp_path / "again", identity_steps=0, **grown), third, start=path,
        names=["three"],
    )  # fmt: skip
    invoke(
        app, third, "--photographs", settings.content, "--paintings", tmp_path, "--vgg", vgg16,
        "--size", 96, "--first", 2, "--device", "cpu",
    )  # fmt: skip
    appraisal = read_card(third).results["appraisal"]
    assert (appraisal["photographs"], appraisal["long_side_px"]) == (2, 96)
    assert appraisal["styles"].keys() == {"one", "two", "three"}
    for figures in appraisal["styles"].values():
        assert all(math.isfinite(value) for value in figures.values())
        assert 0 < figures["structure"] < 4
        assert figures["texture"] > 0
        assert figures["noise_gain"] > 0
    assert_rows_kept(before, weights(third), 2)
    assert read_card(third).results["steps"] == 12


def test_paintings_come_from_the_card(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path)
    card = run(settings, tmp_path / "two.safetensors")
    assert paintings_of(card, tmp_path) == dict(zip(("one", "two"), settings.styles, strict=True))
    with pytest.raises(BadInputError, match="painting of one is not there: expected"):
        paintings_of(card, tmp_path / "nowhere")


@pytest.mark.parametrize("bad", [["--size", "10"], ["--first", "0"]])
def test_bad_numbers_are_refused(tmp_path: Path, bad: list[str]) -> None:
    arguments = ["fast", "--photographs", str(tmp_path), "--paintings", str(tmp_path), *bad]
    with pytest.raises(BadInputError, match="--size must be from 96"):
        app(arguments, standalone_mode=False)
