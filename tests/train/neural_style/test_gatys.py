"""Neural Style by optimisation."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from realtime.errors import BadInputError, EngineError
from tests.train.tiny import tiny_network
from train.loss.perceptual_loss import gram_matrix
from train.neural_style.gatys import Turn, optimise, paint
from train.neural_style.gatys_loss import GatysLoss, GatysSettings, find_taps

SHORT = GatysSettings(steps=25, levels=1)


def photograph() -> Tensor:
    noise = torch.rand(1, 3, 12, 15, generator=torch.Generator().manual_seed(1)) * 255
    return F.interpolate(noise, size=(96, 120), mode="bilinear")


def painting() -> Tensor:
    stripes = torch.zeros(1, 3, 80, 80)
    stripes[:, 0, ::4] = 250
    stripes[:, 2, :, ::8] = 200
    return stripes


def painted(settings: GatysSettings, turns: list[Turn], most: int = 1000) -> Tensor:
    """Paint, note the turns, and stop after so many of them."""
    return paint(
        [tiny_network()], photograph(), painting(), settings, listen=turns.append,
        should_stop=lambda: len(turns) == most,
    )  # fmt: skip


@pytest.mark.parametrize("optimiser", ["lbfgs", "adam"])
@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_loss_falls_and_the_best_picture_is_returned(optimiser: str, start: str) -> None:
    settings = replace(SHORT, optimiser=optimiser, start=start)  # type: ignore[arg-type]
    turns: list[Turn] = []
    picture = painted(settings, turns)
    assert [turn.step for turn in turns] == list(range(1, 26))
    assert picture.shape == (1, 3, 96, 120)
    assert 0 <= picture.min() <= picture.max() <= 255
    totals = [turn.terms["total"] for turn in turns]
    assert min(totals) < 0.8 * totals[0]
    judged = GatysLoss([tiny_network()], photograph(), painting(), settings)(picture)
    assert sum(term.item() for term in judged.values()) == pytest.approx(min(totals), rel=0.1)


def test_the_loss_is_made_of_the_published_terms() -> None:
    settings = GatysSettings(content_weight=2.0, style_weight=7.0, tv_weight=0.0)
    loss = GatysLoss([tiny_network()], photograph(), painting(), settings)
    assert loss.content == (0, "relu2_1")  # the deepest there is, in place of relu4_2
    assert loss.style == [(0, "relu1_1"), (0, "relu2_1")]
    picture = photograph().flip(3)
    network = tiny_network()
    found, wanted = (network(x, ["relu2_1"])["relu2_1"] for x in (picture, photograph()))
    content = (found - wanted).square().sum() / wanted.square().sum()
    terms = loss(picture)
    assert terms["content"].item() == pytest.approx(2 * content.item(), rel=1e-5)
    styles = []
    for layer in ("relu1_1", "relu2_1"):
        mine, theirs = (gram_matrix(network(x, [layer])[layer]) for x in (picture, painting()))
        styles.append(((mine - theirs).square().sum() / theirs.square().sum()).item())
    assert terms["style"].item() == pytest.approx(7 * sum(styles) / 2, rel=1e-5)


def test_layers_are_asked_of_the_first_network_that_has_them() -> None:
    deeper = tiny_network()
    deeper.stages["relu4_2"] = deeper.stages["relu2_1"]
    content, style = find_taps([tiny_network(), deeper])
    assert content == (1, "relu4_2")
    assert style == [(0, "relu1_1"), (0, "relu2_1")]


def test_levels_go_from_coarse_to_fine_and_share_the_steps() -> None:
    sizes: list[tuple[int, ...]] = []
    settings = replace(SHORT, steps=9, levels=5)
    large = F.interpolate(photograph(), scale_factor=2.0)

    def listen(turn: Turn) -> None:
        sizes.append(tuple(turn.picture().shape[2:]))

    picture = paint([tiny_network()], large, painting(), settings, listen=listen)
    assert sizes == [(96, 120)] * 4 + [(192, 240)] * 5  # 48 px would be too small a level
    assert picture.shape == (1, 3, 192, 240)


def test_it_is_deterministic_and_can_be_stopped() -> None:
    settings = replace(SHORT, steps=6, start="noise")
    assert torch.equal(painted(settings, []), painted(settings, []))
    turns: list[Turn] = []
    painted(settings, turns, most=3)
    assert len(turns) == 3


def test_a_loss_that_is_not_finite_ends_with_advice() -> None:
    def hopeless(picture: Tensor) -> dict[str, Tensor]:
        return {"style": picture.sum() * math.nan}

    with pytest.raises(EngineError, match="give smaller weights"):
        optimise(photograph(), hopeless, SHORT)


def test_settings_that_cannot_work() -> None:
    with pytest.raises(BadInputError, match="weights must be 0 or more"):
        GatysSettings(content_weight=-1.0)
    with pytest.raises(BadInputError, match="steps and levels"):
        GatysSettings(steps=0)
