"""The palette term: colours, wherever they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.train.tiny import log_lines, run, tiny_settings
from train.loss.palette_loss import palette, palette_error


def picture(seed: int = 0, side: int = 64) -> Tensor:
    """Soft blotches of many colours, (1, 3, side, side)."""
    draw = torch.Generator().manual_seed(seed)
    small = torch.rand(1, 3, 8, 8, generator=draw) * 255
    return torch.nn.functional.interpolate(small, size=(side, side), mode="bilinear")


def error(found: Tensor, wanted: Tensor) -> float:
    return palette_error(palette(found), palette(wanted)).item()


def test_places_and_sizes_do_not_matter() -> None:
    whole = picture()
    assert error(whole.flip(2).transpose(2, 3), whole) == pytest.approx(0.0, abs=1e-6)
    assert error(picture(side=128), whole) < 0.02


def test_a_flat_picture_of_the_mean_colour_has_an_error_of_one() -> None:
    whole = picture()
    flat = whole.mean((2, 3), keepdim=True).expand_as(whole)
    assert error(flat, whole) == pytest.approx(1.0, abs=0.05)


def test_few_poppies_are_seen_where_mean_and_covariance_are_the_same() -> None:
    """Two colours, a tenth of the one; or both alike far from the same mean."""
    rare, even = torch.zeros(1, 3, 80, 80), torch.zeros(1, 3, 80, 80)
    rare[:, 0, :8] = 200.0  # variance 200^2 x 0.1 x 0.9
    even[:, 0], even[:, 0, :40] = 20.0 - 60.0, 20.0 + 60.0
    for one in (rare, even):
        assert one[:, 0].mean().item() == pytest.approx(20.0)
        assert one[:, 0].std(correction=0).item() == pytest.approx(60.0)
    assert error(even, rare) > 0.5


def test_each_picture_is_compared_with_its_own_painting() -> None:
    both = torch.cat([picture(1), picture(2)])
    errors = palette_error(palette(both), palette(both.flip(0)))
    assert errors.shape == (2,)
    assert errors.min() > 0.01
    assert palette_error(palette(both), palette(both)).tolist() == [0.0, 0.0]


def test_descending_it_brings_the_colours() -> None:
    wanted = palette(picture(3) * torch.tensor([0.9, 0.5, 0.2]).view(1, 3, 1, 1))
    found = picture(4).requires_grad_()
    before = palette_error(palette(found), wanted).item()
    optimiser = torch.optim.Adam([found], lr=4.0)
    for _ in range(60):
        optimiser.zero_grad()
        palette_error(palette(found), wanted).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    assert palette_error(palette(found), wanted).item() < 0.02 * before


def test_a_run_with_the_term_comes_nearer_to_the_colours(tmp_path: Path) -> None:
    found = []
    for name, weight in (("with", 20.0), ("hardly", 1e-6)):
        out = tmp_path / name / "two.safetensors"
        run(tiny_settings(tmp_path / name, palette_weight=weight, steps=40), out)
        palettes = [line["palette"] for line in log_lines(out) if "palette" in line]
        assert len(palettes) == 36  # not while the identity is learned
        found.append(sum(palettes[-6:]))
    assert found[0] < 0.7 * found[1]
