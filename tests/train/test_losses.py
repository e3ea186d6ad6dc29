import numpy as np
import pytest
import torch
from torch import nn

from train.loss_network import LossNetwork
from train.losses import (
    Judge,
    gram_matrix,
    instability,
    out_of_range,
    relative_error,
    total_variation,
)


def tiny_network() -> LossNetwork:
    stages = {"relu1_1": nn.Conv2d(3, 4, 3), "relu2_1": nn.Conv2d(4, 6, 3)}
    return LossNetwork(stages, offset=(127.5,) * 3, factor=(1 / 128,) * 3, padding="constant")


def test_the_gram_matrix_is_the_mean_outer_product() -> None:
    features = torch.randn(2, 3, 4, 5)
    flat = features[1].reshape(3, 20).numpy()
    np.testing.assert_allclose(gram_matrix(features)[1].numpy(), flat @ flat.T / 20, atol=1e-5)


def test_relative_error_does_not_depend_on_the_scale() -> None:
    value, target = torch.rand(2, 3, 4), torch.rand(2, 3, 4)
    expected = (value - target).square().sum((1, 2)) / target.square().sum((1, 2))
    torch.testing.assert_close(relative_error(value, target), expected)
    torch.testing.assert_close(relative_error(9 * value, 9 * target), expected)


def test_total_variation_counts_both_directions() -> None:
    picture = torch.zeros(1, 3, 2, 2)
    picture[..., 0, 0] = 255
    assert total_variation(picture).item() == pytest.approx(1.0)
    assert total_variation(torch.full((1, 3, 8, 8), 7.0)).item() == 0


def test_only_what_leaves_the_range_is_charged() -> None:
    assert out_of_range(torch.tensor([0.0, 128.0, 255.0])).item() == 0
    assert out_of_range(torch.tensor([-255.0, 128.0])).item() == pytest.approx(0.5)


def test_instability_is_in_units_of_the_full_range() -> None:
    assert instability(torch.zeros(4), torch.full((4,), 255.0)).item() == pytest.approx(1.0)


def test_a_picture_that_is_photograph_and_painting_at_once_costs_nothing() -> None:
    judge = Judge(tiny_network(), ("relu1_1", "relu2_1"), "relu2_1", octaves=2)
    picture = torch.rand(1, 3, 32, 32) * 255
    targets = judge.style_targets([picture])
    assert [target.shape[0] for target in targets] == [1, 1, 1, 1]
    styles, content = judge.terms(
        picture, judge.content_target(picture), targets, torch.tensor([0])
    )
    assert content is not None
    assert content.item() == 0
    assert max(term.item() for term in styles) == pytest.approx(0, abs=1e-9)


def test_each_picture_is_judged_by_its_own_style() -> None:
    judge = Judge(tiny_network(), ("relu1_1",))
    first, second = torch.rand(2, 1, 3, 32, 32) * torch.tensor([255.0, 60.0]).view(2, 1, 1, 1, 1)
    targets = judge.style_targets([first, second])
    both = torch.cat([second, first])
    (right,), content = judge.terms(both, judge.content_target(both), targets, torch.tensor([1, 0]))
    (wrong,), _ = judge.terms(both, judge.content_target(both), targets, torch.tensor([0, 1]))
    assert content is None
    assert right.shape == (2,)
    assert right.max().item() == pytest.approx(0, abs=1e-9)
    assert wrong.min().item() > 0.1
