"""The plain term: blotches where the photograph is plain."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.train.tiny import log_lines, run, same_weights, tiny_settings
from train.loss.plain_loss import blotches

SIDE = 256


def grey(level: float = 128.0) -> Tensor:
    return torch.full((1, 3, SIDE, SIDE), level)


def checks(size: int, contrast: float = 60.0) -> Tensor:
    """A chequerboard of squares of `size` px, (1, 3, SIDE, SIDE)."""
    rows = torch.arange(SIDE) // size % 2
    board = (rows[:, None] + rows) % 2
    return grey() + contrast * (2.0 * board - 1)


def test_blotches_on_a_plain_wall_are_charged() -> None:
    assert blotches(checks(16), grey()).item() > 0.5


def test_shapes_where_the_photograph_has_them_cost_next_to_nothing() -> None:
    charged = blotches(checks(16), grey()).item()
    assert blotches(checks(16), checks(32, contrast=20.0)).item() < 0.01 * charged


def test_brushwork_is_free() -> None:
    assert blotches(checks(2), grey()).item() == pytest.approx(0.0, abs=1e-6)


def test_noise_and_light_from_one_side_leave_a_wall_plain() -> None:
    wall = grey() + torch.linspace(-20, 20, SIDE)
    wall = wall + 4 * torch.randn(wall.shape, generator=torch.Generator().manual_seed(0))
    assert blotches(checks(16), wall).item() > 0.5 * blotches(checks(16), grey()).item()


def test_only_the_plain_part_counts() -> None:
    half = checks(16)
    half[..., : SIDE // 2] = 128.0
    whole = blotches(checks(16), grey()).item()
    assert 0.3 * whole < blotches(checks(16), half).item() < 0.5 * whole  # their border is not


def test_contrast_of_the_painting_does_not_matter() -> None:
    faint, strong = (blotches(checks(16, contrast=c), grey()).item() for c in (10.0, 100.0))
    assert faint == pytest.approx(strong, rel=1e-3)


def test_pictures_are_judged_one_by_one_and_small_ones_too() -> None:
    both = torch.cat([checks(16), grey()])[..., :64, :64]
    found = blotches(both, torch.cat([grey(), grey()])[..., :64, :64])
    assert found.shape == (2,)
    assert found[0] > 0.5
    assert found[1] == 0.0


def test_descending_it_calms_the_wall_and_leaves_the_rest() -> None:
    half = checks(16)
    half[..., : SIDE // 2] = 128.0
    found = checks(32).requires_grad_()
    optimiser = torch.optim.Adam([found], lr=4.0)
    for _ in range(40):
        optimiser.zero_grad()
        blotches(found, half).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    wall, rest = found.detach()[..., : SIDE // 3], found.detach()[..., 2 * SIDE // 3 :]
    assert wall.std() < 20.0
    assert rest.std() > 50.0


def test_a_run_weighs_it_style_by_style(tmp_path: Path) -> None:
    outs = []
    for name, weights in (("none", 0.0), ("both", 50.0), ("second", (0.0, 50.0))):
        out = tmp_path / name / "two.safetensors"
        run(tiny_settings(tmp_path / name, plain_weight=weights), out)
        assert any("plain" in line for line in log_lines(out)) == (name != "none")
        outs.append(out)
    assert not same_weights(outs[0], outs[1])
    assert not same_weights(outs[1], outs[2])
