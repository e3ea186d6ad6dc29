"""The gallery's training, end to end, in a budget that teaches nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from realtime.network.card import read_card
from tests import made
from tests.train.tiny import same_weights, write_painting
from train.shipped import train_all
from train.shipped.paintings import PAINTINGS
from train.shipped.stages import GPU_MINUTES, ON_CPU, ON_GPU, SPARED, Runs, runs_for
from train.shipped.train_all import settings_of

CPU = torch.device("cpu")


@pytest.mark.parametrize("runs", [ON_CPU, ON_GPU], ids=["cpu", "gpu"])
def test_every_round_has_what_it_needs(runs: Runs) -> None:
    trained: dict[str, tuple[str, ...]] = {}
    for bundle, stages in runs.items():
        for stage in stages:
            assert stage.styles == stages[0].styles
            assert not stage.teacher or trained[stage.teacher] == stage.styles
            paintings = tuple(Path(f"{name}.png") for name in stage.styles)
            settings = settings_of(stage, paintings, Path("photographs"), CPU)
            assert settings.steps > 0  # they go together
        trained[bundle] = stages[0].styles
    for painting in PAINTINGS.values():
        assert painting.credit.title
        assert painting.file.endswith(".jpg")


def test_a_gpu_makes_the_same_bundles_of_the_same_styles_within_25_minutes() -> None:
    runs, minutes = runs_for(torch.device("cuda"))
    assert runs_for(CPU) == (ON_CPU, None)
    assert minutes == GPU_MINUTES < 25
    here, there = (
        {name: stages[-1].styles for name, stages in table.items()} for table in (ON_CPU, runs)
    )
    assert here == there


SMALL: dict[str, Any] = {"crop_px": 64, "fine_px": 32, "style_px": 64}


def small(runs: Runs) -> Runs:
    """The same stages, of the first two styles and of small pictures."""
    return {
        bundle: tuple(
            replace(stage, styles=stage.styles[:2], settings={**stage.settings, **SMALL})
            for stage in stages
        )
        for bundle, stages in runs.items()
    }


def small_data(folder: Path) -> Path:
    """Four photographs to learn from and to preview, and paintings under all their names."""
    for name in ("content", "content_val"):
        made.write_photographs(folder / name, 4)
    (folder / "styles").mkdir()
    for number, painting in enumerate(PAINTINGS.values()):
        path = folder / "styles" / painting.file
        write_painting(path, (20, 60, 220), stripes=3 + number, side=200)
    return folder


def test_a_small_budget_trains_all_bundles_and_a_second_call_has_nothing_to_do(
    tmp_path: Path, vgg_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_all, "runs_for", lambda device: (small(ON_CPU), None))
    out, data = tmp_path / "out", small_data(tmp_path / "data")
    arguments = ["--data", str(data), "--vgg", str(vgg_folder), "--out", str(out)]
    arguments += ["--minutes", "0.01", "--device", "cpu"]
    train_all.app(arguments, standalone_mode=False)
    made = {path.name for path in out.glob("*.safetensors")}
    assert made == {
        *(f"{name}-{number}.safetensors" for name in ("quality", "fast") for number in (1, 2, 3)),
        "quality.safetensors", "fast.safetensors", "article.safetensors",
    }  # fmt: skip
    before = shutil.copytree(out, tmp_path / "before")
    train_all.app(arguments, standalone_mode=False)
    for name in made:
        assert same_weights(out / name, before / name)
    for name, stages in small(ON_CPU).items():
        card, earlier = (read_card(f / f"{name}.safetensors") for f in (out, before))
        assert card.names == stages[-1].styles
        assert card.results["steps"] == earlier.results["steps"] > 0


def test_an_unknown_bundle_is_refused() -> None:
    with pytest.raises(SystemExit):
        train_all.app(["--data", ".", "--vgg", ".", "--only", "slow"])


def test_the_last_round_on_a_cpu_weighs_steadiness_more_and_gives_texture_room() -> None:
    for name in ("quality", "fast"):
        *_, before, last = ON_CPU[name]
        factors = {
            style: now / then
            for style, now, then in zip(
                last.styles, last.stability_weights, before.stability_weights, strict=True
            )
        }
        assert {style for style, factor in factors.items() if factor == 2} == set(SPARED)
        assert {factors[style] for style in last.styles if style not in SPARED} == {4}
        goals = zip(last.structure_goals, before.structure_goals, strict=True)
        assert [now / then for now, then in goals] == pytest.approx([1.02] * len(last.styles))
        first = ON_CPU[name][0]
        assert first.stability_weights == (0.0,) * len(first.styles)
