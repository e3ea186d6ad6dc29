"""Training for real, on tiny networks and pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from realtime.errors import BadInputError
from realtime.network.bundle import load_bundle
from tests.helpers import read_back
from tests.train.tiny import log_lines, run, same_weights, tiny_settings, weights
from train.budget import Progress
from train.loop import Extras
from train.settings import TrainSettings
from train.step import _draw_styles


@pytest.fixture
def settings(tmp_path: Path) -> TrainSettings:
    return tiny_settings(tmp_path)


def test_a_run_ends_in_a_bundle_with_a_card(settings: TrainSettings, tmp_path: Path) -> None:
    heard: list[Progress] = []
    previews = tuple(sorted(settings.content.iterdir()))[:2]
    extras = Extras(listen=heard.append, previews=previews)
    card = run(settings, tmp_path / "out.safetensors", extras)
    assert load_bundle(tmp_path / "out.safetensors").card == card
    assert card.results["steps"] == 12
    assert {"content", "style", "stability", "tv", "range"} <= card.results["losses"].keys()
    assert not any("palette" in line for line in log_lines(tmp_path / "out.safetensors"))
    assert card.recipe["styles"] == ["style0.png", "style1.png"]
    assert [progress.step for progress in heard] == list(range(1, 13))
    assert read_back(tmp_path / "out-preview.png").shape == (3 * 240, 2 * 320, 3)
    assert str(tmp_path) not in card.to_json()


@pytest.mark.parametrize(
    "changes", [{}, {"batch": 2, "paintings_per_photograph": 2, "structure_goal": 0.5}],
    ids=["usual", "two paintings per photograph"],
)  # fmt: skip
def test_a_resumed_run_ends_bit_identical(
    settings: TrainSettings, tmp_path: Path, changes: dict[str, Any]
) -> None:
    settings = replace(settings, **changes)
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    run(settings, whole)
    run(settings, parts, Extras(max_steps=5))
    torch.manual_seed(99)
    run(settings, parts, Extras(max_steps=3))
    run(settings, parts)
    assert same_weights(whole, parts)
    assert [line["step"] for line in log_lines(parts)] == list(range(12))


def test_training_moves_towards_the_style(settings: TrainSettings, tmp_path: Path) -> None:
    longer = replace(settings, steps=60)
    run(longer, tmp_path / "out.safetensors")
    lines = log_lines(tmp_path / "out.safetensors")
    styles = [line["style"] for line in lines if "style" in line]
    assert np.mean(styles[-10:]) < 0.7 * np.mean(styles[:10])


def test_other_settings_do_not_resume(settings: TrainSettings, tmp_path: Path) -> None:
    run(settings, tmp_path / "out.safetensors", Extras(max_steps=2))
    with pytest.raises(BadInputError, match="other settings \\(style_weight\\)"):
        run(replace(settings, style_weight=1.0), tmp_path / "out.safetensors")


def test_the_article_network_trains_too(settings: TrainSettings, tmp_path: Path) -> None:
    short = replace(
        settings, architecture="article", styles=settings.styles[:1], steps=2, batch=1,
        identity_steps=1, stability_weight=0.0,
    )  # fmt: skip
    card = run(short, tmp_path / "article.safetensors")
    assert card.config.architecture == "article"
    assert "stability" not in card.results["losses"]


def test_settings_refuse_what_cannot_work(settings: TrainSettings) -> None:
    with pytest.raises(BadInputError, match="at least one painting"):
        replace(settings, styles=())
    with pytest.raises(BadInputError, match="at least 1"):
        replace(settings, steps=0)
    with pytest.raises(BadInputError, match="at least 64 px"):
        replace(settings, crop_px=32)
    with pytest.raises(BadInputError, match="painted 3 times each: give a multiple"):
        replace(settings, paintings_per_photograph=3)


def test_a_run_that_is_stopped_leaves_a_bundle_and_goes_on(
    settings: TrainSettings, tmp_path: Path
) -> None:
    out = tmp_path / "out.safetensors"
    assert run(settings, out, Extras(should_stop=lambda: True)).results["steps"] == 1
    assert load_bundle(out).card.results["steps"] == 1
    assert run(settings, out).results["steps"] == 12


def test_a_second_round_starts_where_the_first_ended(
    settings: TrainSettings, tmp_path: Path
) -> None:
    run(settings, tmp_path / "first.safetensors")
    gentle = replace(settings, steps=1, learning_rate=1e-9, kernel_rate=1e-9, identity_steps=0)
    card = run(gentle, tmp_path / "second.safetensors", start=tmp_path / "first.safetensors")
    assert card.recipe["started_from"]["results"]["steps"] == 12
    first, second = (weights(tmp_path / f"{name}.safetensors") for name in ("first", "second"))
    torch.testing.assert_close(second, first, atol=1e-4, rtol=0)


def test_a_start_with_other_styles_is_refused(settings: TrainSettings, tmp_path: Path) -> None:
    run(settings, tmp_path / "two.safetensors", Extras(max_steps=1))
    one = replace(settings, styles=settings.styles[:1])
    with pytest.raises(BadInputError, match="other styles"):
        run(one, tmp_path / "one.safetensors", start=tmp_path / "two.safetensors")


def test_the_styles_weights_turn_until_both_have_the_same_structure(
    settings: TrainSettings, tmp_path: Path
) -> None:
    contents = []
    for goal in (0.5, 2.0):
        chosen = replace(
            settings, steps=60, structure_goal=goal, balance_rate=0.5, stability_weight=0.0
        )
        card = run(chosen, tmp_path / f"{goal}.safetensors")
        contents.append(card.results["losses"]["content"])
    assert contents[0] < contents[1]


def test_every_style_has_a_goal_and_a_weight_of_steadiness_of_its_own(
    settings: TrainSettings, tmp_path: Path
) -> None:
    out = tmp_path / "two.safetensors"
    own = replace(settings, structure_goal=(0.2, 1.9), balance_rate=0.5, stability_weight=(0, 5.0))
    card = run(own, out)
    towards_the_photograph, towards_the_style = card.results["balance"]
    assert towards_the_photograph < 0 < towards_the_style
    assert card.recipe["stability_weight"] == [0, 5.0]
    again = replace(own, steps=1, identity_steps=0, balance_rate=0.0)
    on = run(again, tmp_path / "on.safetensors", start=out)
    assert on.results["balance"] == card.results["balance"]
    with pytest.raises(BadInputError, match="1 goals of structure for 2 styles"):
        replace(settings, structure_goal=(0.5,))


def test_every_photograph_is_painted_in_different_styles(settings: TrainSettings) -> None:
    pairs = replace(settings, batch=4, paintings_per_photograph=2)
    for seed in range(20):
        drawn = _draw_styles(pairs, torch.Generator().manual_seed(seed)).view(2, 2)
        assert drawn.sort(1).values.tolist() == [[0, 1], [0, 1]]
