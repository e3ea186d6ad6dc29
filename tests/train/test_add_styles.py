"""Adding styles to a network that has some."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from realtime.errors import BadInputError
from realtime.network.bundle import load_bundle
from tests.train.tiny import (
    assert_rows_kept,
    log_lines,
    run,
    tiny_settings,
    weights,
    write_painting,
)
from train.loop import Extras
from train.settings import TrainSettings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> TrainSettings:
    return tiny_settings(tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="module")
def old(settings: TrainSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("old") / "old.safetensors"
    run(replace(settings, steps=30), out)
    return out


def one_more(settings: TrainSettings, tmp_path: Path, **changes: object) -> TrainSettings:
    painting = write_painting(tmp_path / "third.png", (10, 200, 60), stripes=7)
    grown = replace(settings, styles=(painting,), kept_styles=2, rows_only=True, identity_steps=0)
    return replace(grown, **changes)  # type: ignore[arg-type]


def paint(path: Path, look: list[float]) -> torch.Tensor:
    noise = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(7)) * 255
    picture = torch.nn.functional.interpolate(noise, size=(64, 64), mode="bilinear")
    with torch.inference_mode():
        painting: torch.Tensor = load_bundle(path).network.eval()(picture, torch.tensor([look]))
    return painting


def test_a_new_style_is_learned_and_old_ones_stay_bit_for_bit(
    settings: TrainSettings, old: Path, tmp_path: Path
) -> None:
    out = tmp_path / "three.safetensors"
    card = run(one_more(settings, tmp_path, steps=60), out, start=old, names=["three"])
    assert card.names == ("one", "two", "three")
    assert_rows_kept(weights(old), weights(out), 2)
    assert torch.equal(paint(out, [0.3, 0.7, 0.0]), paint(old, [0.3, 0.7]))
    assert not torch.equal(paint(out, [0.0, 0.0, 1.0]), paint(out, [1.0, 0.0, 0.0]))
    styles = [line["style"] for line in log_lines(out)]
    assert np.mean(styles[-10:]) < 0.9 * np.mean(styles[:5])


def test_with_everything_learned_old_styles_are_held_by_example(
    settings: TrainSettings, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = one_more(settings, tmp_path, steps=30, rows_only=False)
    held, loose = tmp_path / "held.safetensors", tmp_path / "loose.safetensors"
    run(everything, held, start=old, names=["three"])
    monkeypatch.setattr("train.step.LIKENESS_WEIGHT", 0.0)
    run(everything, loose, start=old, names=["three"])

    def drift(path: Path) -> float:
        pairs = [(paint(path, [*look, 0.0]), paint(old, look)) for look in ([1.0, 0], [0, 1.0])]
        return float(np.mean([(now - before).square().mean().item() for now, before in pairs]))

    assert 0 < drift(held) < 0.7 * drift(loose)


def test_it_resumes_and_a_stop_leaves_a_bundle_that_paints(
    settings: TrainSettings, old: Path, tmp_path: Path
) -> None:
    grown = one_more(settings, tmp_path)
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    run(grown, whole, start=old, names=["three"])
    run(grown, parts, Extras(max_steps=4), start=old, names=["three"])
    assert paint(parts, [0.0, 0.5, 0.5]).isfinite().all()
    run(grown, parts, start=old, names=["three"])
    assert torch.equal(paint(whole, [0.0, 0.0, 1.0]), paint(parts, [0.0, 0.0, 1.0]))


def test_what_cannot_be_added_is_refused(
    settings: TrainSettings, old: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.safetensors"
    with pytest.raises(BadInputError, match="already has a style two: choose another with --name"):
        run(one_more(settings, tmp_path), out, start=old, names=["two"])
    article = replace(
        settings, architecture="article", styles=settings.styles[:1], steps=1, batch=1,
        identity_steps=1, stability_weight=0.0,
    )  # fmt: skip
    run(article, tmp_path / "article.safetensors")
    with pytest.raises(BadInputError, match="knows one style and cannot take another"):
        run(
            one_more(settings, tmp_path, kept_styles=1), out, start=tmp_path / "article.safetensors"
        )
    assert not out.exists()
