import numpy as np
import pytest
import torch

from tests.train.tiny import tiny_network
from train.loss.perceptual_loss import (
    FORMULAS,
    LayerLoss,
    gram_matrix,
    imitation_error,
    out_of_range,
    pixel_error,
    total_variation,
)


def test_the_gram_matrix_is_the_mean_outer_product() -> None:
    features = torch.randn(2, 3, 4, 5)
    flat = features[1].reshape(3, 20).numpy()
    np.testing.assert_allclose(gram_matrix(features)[1].numpy(), flat @ flat.T / 20, atol=1e-5)


def test_total_variation_counts_both_directions() -> None:
    picture = torch.zeros(1, 3, 2, 2)
    picture[..., 0, 0] = 255
    assert total_variation(picture).item() == pytest.approx(1.0)
    assert total_variation(torch.full((1, 3, 8, 8), 7.0)).item() == 0


def test_only_what_leaves_the_range_is_charged() -> None:
    assert out_of_range(torch.tensor([0.0, 128.0, 255.0])).item() == 0
    assert out_of_range(torch.tensor([-255.0, 128.0])).item() == pytest.approx(0.5)


def test_pixel_errors_are_in_units_of_the_full_range() -> None:
    black, white = torch.zeros(1, 3, 8, 8), torch.full((1, 3, 8, 8), 255.0)
    assert pixel_error(black, white).item() == pytest.approx(1.0)
    assert imitation_error(black, white).item() == pytest.approx(3.0)  # at three sizes


def test_imitation_forgives_small_displacements_at_small_sizes() -> None:
    lines = torch.zeros(1, 3, 16, 16)
    lines[..., ::2] = 255
    beside = lines.roll(1, 3)
    assert imitation_error(lines, beside).item() == pytest.approx(1.0)  # seen at full size only


def test_a_picture_that_is_photograph_and_painting_at_once_costs_nothing() -> None:
    loss = LayerLoss(tiny_network(), ("relu1_1", "relu2_1"), "relu2_1", FORMULAS["johnson"])
    picture = torch.rand(1, 3, 32, 32) * 255
    targets = loss.style_targets([picture])
    assert [target.shape[0] for target in targets] == [1, 1]
    style, content = loss.terms(picture, loss.content_target(picture), targets, torch.tensor([0]))
    assert content.item() == 0
    assert style.item() == pytest.approx(0, abs=1e-9)


def test_each_picture_is_judged_by_its_own_style() -> None:
    loss = LayerLoss(tiny_network(), ("relu1_1",), "relu1_1", FORMULAS["johnson"])
    first, second = torch.rand(2, 1, 3, 32, 32) * torch.tensor([255.0, 60.0]).view(2, 1, 1, 1, 1)
    targets = loss.style_targets([first, second])
    both = torch.cat([second, first])
    wanted = loss.content_target(both)
    right, _ = loss.terms(both, wanted, targets, torch.tensor([1, 0]))
    wrong, _ = loss.terms(both, wanted, targets, torch.tensor([0, 1]))
    assert right.shape == (2,)
    assert right.max().item() == pytest.approx(0, abs=1e-9)
    assert wrong.min().item() > 1e-5
