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
from train import gallery
from train.gallery import settings_of
from train.paintings import PAINTINGS
from train.rounds import GPU_MINUTES, ON_CPU, ON_GPU, Runs, runs_for

CPU = torch.device("cpu")


@pytest.mark.parametrize("runs", [ON_CPU, ON_GPU], ids=["cpu", "gpu"])
def test_every_round_has_what_it_needs(runs: Runs) -> None:
    trained: dict[str, tuple[str, ...]] = {}
    for bundle, rounds in runs.items():
        for round_ in rounds:
            assert round_.styles == rounds[0].styles
            assert not round_.teacher or trained[round_.teacher] == round_.styles
            paintings = tuple(Path(f"{name}.png") for name in round_.styles)
            assert (
                settings_of(round_, paintings, Path("photographs"), CPU).steps > 0
            )  # they go together
        trained[bundle] = rounds[0].styles
    for painting in PAINTINGS.values():
        assert painting.credit.title
        assert painting.file.endswith(".jpg")


def test_a_gpu_makes_the_same_bundles_of_the_same_styles_within_25_minutes() -> None:
    runs, minutes = runs_for(torch.device("cuda"))
    assert runs_for(CPU) == (ON_CPU, None)
    assert minutes == GPU_MINUTES < 25
    styles = [
        {name: rounds[-1].styles for name, rounds in table.items()} for table in (ON_CPU, runs)
    ]
    assert styles[0] == styles[1]


SMALL: dict[str, Any] = {"crop_px": 64, "fine_px": 32, "style_px": 64}


def small(runs: Runs) -> Runs:
    """The same rounds, of the first two styles and of small pictures."""
    return {
        bundle: tuple(
            replace(round_, styles=round_.styles[:2], settings={**round_.settings, **SMALL})
            for round_ in rounds
        )
        for bundle, rounds in runs.items()
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
    monkeypatch.setattr(gallery, "runs_for", lambda device: (small(ON_CPU), None))
    out, data = tmp_path / "out", small_data(tmp_path / "data")
    arguments = ["--data", str(data), "--vgg", str(vgg_folder), "--out", str(out)]
    arguments += ["--minutes", "0.01", "--device", "cpu"]
    gallery.app(arguments, standalone_mode=False)
    made = {path.name for path in out.glob("*.safetensors")}
    assert made == {
        "quality-1.safetensors", "quality-2.safetensors", "quality.safetensors",
        "fast-1.safetensors", "fast-2.safetensors", "fast.safetensors", "article.safetensors",
    }  # fmt: skip
    before = shutil.copytree(out, tmp_path / "before")
    gallery.app(arguments, standalone_mode=False)
    for name in made:
        assert same_weights(out / name, before / name)
    for name, rounds in small(ON_CPU).items():
        card, earlier = (read_card(f / f"{name}.safetensors") for f in (out, before))
        assert card.names == rounds[-1].styles
        assert card.results["steps"] == earlier.results["steps"] > 0


def test_an_unknown_bundle_is_refused() -> None:
    with pytest.raises(SystemExit):
        gallery.app(["--data", ".", "--vgg", ".", "--only", "slow"])
