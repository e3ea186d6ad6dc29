"""Steps whose direction is orthogonal."""

from __future__ import annotations

import pytest
import torch

from train.muon import Muon, _by_shape, _padded, orthogonalised


@pytest.mark.parametrize("shape", [(8, 30), (30, 8), (12, 12)])
def test_the_singular_values_come_near_1(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape) @ torch.diag(torch.logspace(-1, 1, shape[1]))
    values = torch.linalg.svdvals(orthogonalised(matrix[None])[0])
    assert values.max() < 1.3
    assert values.median() > 0.6


def test_the_direction_of_the_largest_change_is_kept() -> None:
    matrix = torch.randn(6, 20)
    assert (orthogonalised(matrix[None])[0] * matrix).sum() > 0


def test_padding_and_company_change_nothing() -> None:
    matrices = [torch.randn(shape) for shape in ((4, 9), (12, 5), (4, 9), (7, 30))]
    for one, other, matrix in zip(_padded(matrices), _by_shape(matrices), matrices, strict=True):
        torch.testing.assert_close(one, orthogonalised(matrix[None])[0], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(other, one, atol=1e-5, rtol=1e-4)


def test_a_step_does_not_depend_on_the_size_of_the_gradient() -> None:
    gradient, found = torch.randn(4, 3, 3, 3), []
    for size in (1e-3, 1.0):
        kernel = torch.nn.Parameter(torch.zeros(4, 3, 3, 3))
        kernel.grad = size * gradient
        Muon([kernel], lr=0.1).step()
        found.append(kernel.detach().clone())
    torch.testing.assert_close(found[0], found[1], atol=1e-4, rtol=1e-3)


def test_it_fits_a_linear_map_and_goes_on_from_its_state() -> None:
    wanted, inputs = torch.randn(5, 4, 1, 1), torch.randn(32, 4, 3, 3)
    layer = torch.nn.Conv2d(4, 5, 1, bias=False)
    optimiser = Muon(layer.parameters(), lr=0.05)
    errors = []
    for step in range(120):
        if step == 60:  # as after a resume
            saved = optimiser.state_dict()
            optimiser = Muon(layer.parameters(), lr=0.05)
            optimiser.load_state_dict(saved)
        optimiser.zero_grad()
        error = (layer(inputs) - torch.nn.functional.conv2d(inputs, wanted)).square().mean()
        error.backward()
        optimiser.step()
        errors.append(error.item())
    assert errors[-1] < 0.02 * errors[0]
