"""Structure and texture, against the same written plainly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from train.evaluate.likeness import Likeness
from train.loss.load_loss import load_octave_loss
from train.loss.octave_loss import (
    FLAT,
    LAYERS,
    STRUCTURE,
    OctaveLoss,
    Window,
    feature_moments,
    normalised_pixels,
    structure_error,
)
from train.loss.perceptual_loss import gram_matrix


@pytest.fixture(scope="module")
def loss(vgg16: Path) -> OctaveLoss:
    return load_octave_loss(vgg16)


def pictures(count: int, seed: int) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return F.interpolate(torch.rand(count, 3, 12, 16, generator=draw) * 255, scale_factor=4)


def plainly_normalised(features: Tensor) -> Tensor:
    centred = features - features.mean((2, 3), keepdim=True)
    flat = FLAT * features.square().mean((1, 2, 3), keepdim=True)
    return centred / (centred.square().mean((2, 3), keepdim=True) + flat).sqrt()


def test_both_terms_and_their_gradient_equal_the_plain_formulas(loss: OctaveLoss) -> None:
    photographs, painted = pictures(2, 1), pictures(2, 2).requires_grad_()
    paintings, style = [pictures(1, 3), pictures(1, 4)], torch.tensor([1, 0])
    targets = loss.style_targets(paintings)
    found = loss.terms(painted, loss.content_target(photographs), targets, style)
    (gradient,) = torch.autograd.grad((found[0] + found[1]).sum(), painted)

    texture, structure = torch.zeros(2), torch.zeros(2)
    sizes = [photographs, painted, torch.cat([paintings[1], paintings[0]])]
    for octave, layers in enumerate(LAYERS):
        wanted, have, aim = (loss.network(picture, layers) for picture in sizes)
        for layer in layers:
            target = gram_matrix(aim[layer])
            error = (gram_matrix(have[layer]) - target).square().mean((1, 2))
            texture = texture + error / target.square().mean((1, 2))
            if (octave, layer) in STRUCTURE:
                ours, theirs = (plainly_normalised(f[layer]) for f in (have, wanted))
                distance = F.mse_loss(ours, theirs, reduction="none").mean((1, 2, 3))
                structure = structure + STRUCTURE[octave, layer] * distance
        sizes = [F.avg_pool2d(picture, 2) for picture in sizes]
    torch.testing.assert_close(found[0], texture, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(found[1], structure, rtol=1e-3, atol=1e-4)
    (plain,) = torch.autograd.grad((texture + structure).sum(), painted)
    assert F.cosine_similarity(gradient.flatten(), plain.flatten(), dim=0) > 0.999


def test_a_photograph_has_its_own_structure_and_a_painting_its_own_texture(
    loss: OctaveLoss,
) -> None:
    picture = pictures(1, 1)
    targets = loss.style_targets([picture])
    texture, structure = loss.terms(
        picture, loss.content_target(picture), targets, torch.tensor([0])
    )
    assert texture.item() == pytest.approx(0, abs=1e-6)
    assert structure.item() == pytest.approx(0, abs=1e-4)


def test_structure_does_not_see_colour_and_contrast() -> None:
    features = torch.rand(1, 4, 8, 8)
    wanted = normalised_pixels(features)
    same = structure_error(feature_moments(features * 3 + 5, wanted), wanted)
    other = structure_error(feature_moments(torch.rand(1, 4, 8, 8), wanted), wanted)
    assert same.item() < 0.4
    assert other.item() > 1.2


def test_moments_pass_numerical_gradients() -> None:
    features = torch.rand(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    wanted = torch.rand(2, 20, 3, dtype=torch.float64)

    def total(x: Tensor) -> Tensor:
        moments = feature_moments(x, wanted)
        return torch.stack([part.square().sum() for part in moments]).sum()

    (gradient,) = torch.autograd.grad(total(features), features)
    step = torch.zeros_like(features)
    step[1, 2, 3, 1] = 1e-2
    slope = (total(features + step) - total(features - step)) / 2e-2
    assert gradient[1, 2, 3, 1].item() == pytest.approx(slope.item(), rel=1e-3)


def test_small_things_are_looked_at_in_the_window_only(loss: OctaveLoss) -> None:
    photograph, changed = pictures(1, 1), pictures(1, 1)
    changed[..., 40:, 40:] += torch.tensor([30.0, -30.0]).repeat(12)[: changed.shape[3] - 40]
    window = Window(0, 0, 32)
    wanted = loss.content_target(photograph, window)
    assert wanted.features[0, "relu1_2"].shape == (1, 32 * 32, 4)
    style, targets = torch.tensor([0]), loss.style_targets([pictures(1, 2)])
    one, other = (loss.terms(x, wanted, targets, style)[1] for x in (photograph, changed))
    everywhere = loss.content_target(photograph)
    two, another = (loss.terms(x, everywhere, targets, style)[1] for x in (photograph, changed))
    assert abs(other - one) < 0.5 * abs(another - two)


def test_figures_of_pictures_whose_figures_are_known(loss: OctaveLoss) -> None:
    photograph, painting = pictures(1, 1), pictures(1, 2)
    likeness = Likeness(loss.network, painting)
    assert likeness.structure(photograph, photograph) == 0
    assert likeness.texture(painting) == pytest.approx(0, abs=1e-9)
    assert likeness.structure(photograph, painting) > 0.5
    assert likeness.texture(photograph) > 1e-3


def test_the_figures_are_those_of_the_published_formulas(vgg_folder: Path) -> None:
    """Structure and texture once more, in numpy, at one layer."""
    network = load_octave_loss(vgg_folder).network
    photograph, picture = pictures(1, 1), pictures(1, 2)
    wanted, found = (network(x, ["relu2_2", "relu3_3"]) for x in (photograph, picture))
    errors = []
    for layer in ("relu2_2", "relu3_3"):
        a, b = (
            (f - f.mean((1, 2), keepdims=True)) / (f.std((1, 2), ddof=1, keepdims=True) + 1e-3)
            for f in (wanted[layer][0].numpy(), found[layer][0].numpy())
        )
        errors.append(np.mean((a - b) ** 2))
    measured = Likeness(network, picture).structure(photograph, picture)
    assert measured == pytest.approx(np.mean(errors), rel=1e-3)
