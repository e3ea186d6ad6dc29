"""The recipes others published, held against their formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from realtime.errors import BadInputError, UnknownNameError
from realtime.network.bundle import load_bundle
from tests.commands import invoke
from tests.train.article_loss import article_loss
from tests.train.tiny import tiny_settings, write_painting, write_photographs
from train.cli import app
from train.loss.load_loss import load_loss
from train.loss.perceptual_loss import squared_variation
from train.recipes import RECIPES, recipe, steps_of
from train.settings import TrainSettings


def recipe_settings(folder: Path, name: str, **changes: object) -> TrainSettings:
    values = dict(recipe(name, Path("wave.jpg"))) | changes
    tiny = tiny_settings(folder)
    values |= {"styles": tiny.styles[:1], "content": tiny.content}
    return TrainSettings(steps=1, **values)


def test_the_articles_loss_equals_an_independent_computation(tmp_path: Path, vgg16: Path) -> None:
    state = torch.load(vgg16)
    settings = recipe_settings(tmp_path, "article")
    loss = load_loss(vgg16, settings)
    painted, photographs = torch.rand(2, 2, 3, 32, 40) * 255
    painting = torch.rand(1, 3, 36, 32) * 255
    wanted = loss.content_target(photographs)
    style = torch.zeros(2, dtype=torch.long)
    styles, contents = loss.terms(painted, wanted, loss.style_targets([painting]), style)
    content = contents.mean()
    total = settings.content_weight * content + settings.style_weight * styles.mean()
    keys = sorted({key.rpartition(".")[0] for key in state}, key=lambda k: int(k.split(".")[1]))
    vgg = [
        (state[f"{key}.weight"].double().numpy(), state[f"{key}.bias"].double().numpy())
        for key in keys
    ]
    expected = article_loss(
        painted.double().numpy(), photographs.double().numpy(), painting[0].double().numpy(),
        vgg, 220.0,
    )  # fmt: skip
    found = (content.item(), styles.mean().item(), total.item())
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_article_is_reproduced_number_by_number() -> None:
    values = recipe("article", Path("hokusai-wave.jpg"))
    settings = TrainSettings(styles=(Path("w.jpg"),), content=Path("c"), steps=1, **values)
    assert settings.style_weight == 220
    assert settings.style_layers == ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
    assert (settings.content_layer, settings.content_weight) == ("relu3_3", 1.0)
    assert (settings.batch, settings.crop_px, settings.style_px) == (4, 256, 256)
    optimiser = (settings.learning_rate, settings.kernel_rate, settings.adam_beta)
    assert optimiser == (1e-3, 0, 0.999)
    assert (settings.schedule, settings.warmup_steps) == ("constant", 0)
    assert settings.structure_goal == 0
    assert settings.style_square
    assert not settings.augment
    others = (settings.tv_weight, settings.range_weight, settings.stability_weight)
    assert others == (0, 0, 0)
    assert (settings.average_decay, settings.clip_norm, settings.identity_steps) == (0, 0, 0)
    assert recipe("article", Path("mosaic.jpg"))["style_weight"] == 100
    assert recipe("article", Path("my-cat.jpg"))["style_weight"] == 220
    assert steps_of("article", photographs=82_783, batch=4) == 41_391


def test_the_other_recipes() -> None:
    assert recipe("johnson", Path("x.jpg"))["style_weight"] == 5.0
    assert recipe("pytorch-examples", Path("x.jpg"))["style_weight"] == 1e10
    assert steps_of("johnson", photographs=82_783, batch=4) == 40_000
    with pytest.raises(UnknownNameError, match="pleinair"):
        recipe("pleinar", Path("x.jpg"))


def test_johnsons_total_variation_has_the_gradient_of_his_code() -> None:
    picture = torch.rand(1, 3, 5, 6, dtype=torch.float64, requires_grad=True)
    squared_variation(picture).backward()  # type: ignore[no-untyped-call]
    # TotalVariation.lua: gradInput of y[:-1, :-1] - y[:-1, 1:] and y[:-1, :-1] - y[1:, :-1].
    p = picture.detach().numpy()
    right = p[..., :-1, :-1] - p[..., :-1, 1:]
    down = p[..., :-1, :-1] - p[..., 1:, :-1]
    gradient = np.zeros_like(p)
    gradient[..., :-1, :-1] += right + down
    gradient[..., :-1, 1:] -= right
    gradient[..., 1:, :-1] -= down
    np.testing.assert_allclose(picture.grad.numpy(), gradient, atol=1e-12)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "pleinair"])
def test_published_recipes_run_end_to_end(tmp_path: Path, name: str, vgg16: Path) -> None:
    painting = write_painting(tmp_path / "wave.png", (200, 60, 20))
    content, out = write_photographs(tmp_path / "photos"), tmp_path / "out.safetensors"
    invoke(
        app, painting, "--content", content, "--vgg", vgg16, "--recipe", name, "--out", out,
        "--steps", 2, "--batch", 1, "--crop-size", 64, "--device", "cpu",
    )  # fmt: skip
    card = load_bundle(out).card
    assert card.recipe["recipe"] == name
    assert card.config.architecture == "article"
    assert card.results["steps"] == 2


def test_a_recipe_whose_layers_the_weights_do_not_reach_is_refused(
    tmp_path: Path, vgg_folder: Path
) -> None:
    settings = recipe_settings(tmp_path, "article")
    with pytest.raises(BadInputError, match=r"taps VGG at relu4_3, but .* end at relu3_4"):
        load_loss(vgg_folder, settings)
