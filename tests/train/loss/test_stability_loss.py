"""Two views of one scene: what a painter may and may not see in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from train.loss.stability_loss import NOISE_LEVELS, SMALL_LEVELS, Disturbance

SHAPE = torch.Size((3, 3, 64, 80))


def draw(seed: int = 0, **changes: Tensor | bool | None) -> Disturbance:
    drawn = Disturbance.draw(SHAPE, torch.Generator().manual_seed(seed))
    return replace(drawn, **changes)  # type: ignore[arg-type]


def still() -> Disturbance:
    """Nothing happens: no noise, light or motion."""
    return draw(
        noise=torch.zeros(SHAPE), exposure=torch.zeros(3), lamp=torch.zeros(3, 2), motion=None,
        whole=False,
    )  # fmt: skip


def moved(*motion: float, whole: bool = False) -> Disturbance:
    """Nothing happens but a zoom, and a shift right and down."""
    return replace(still(), motion=torch.tensor(motion).repeat(3, 1), whole=whole)


SOFT = torch.rand(3, 3, 8, 10, generator=torch.Generator().manual_seed(1)) * 150 + 50
PICTURES = F.interpolate(SOFT, size=SHAPE[2:], mode="bicubic").clamp(0, 255)


def charge(
    seen: Disturbance, second: Tensor, first: Tensor = PICTURES, pictures: Tensor = PICTURES
) -> float:
    """What paintings of two views cost."""
    return seen.instability(first, second, pictures).mean().item()


def test_it_is_a_function_of_the_generator_and_stays_in_bounds() -> None:
    assert torch.equal(draw(3).noise, draw(3).noise)
    assert not torch.equal(draw(3).noise, draw(4).noise)
    moving = [draw(seed).motion is not None for seed in range(40)]
    assert 12 < sum(moving) < 28
    spread = draw(0).noise.std((1, 2, 3))
    assert bool((spread > 0.9 * NOISE_LEVELS[0]).all() and (spread < 1.1 * NOISE_LEVELS[1]).all())


def test_when_nothing_happens_the_second_view_is_the_first() -> None:
    assert torch.equal(still().second_view(PICTURES), PICTURES)
    assert charge(still(), PICTURES) == 0


def test_a_painter_that_copies_the_noise_is_charged_for_it() -> None:
    noisy = replace(still(), noise=draw().noise)
    levels = (draw().noise.square() + SMALL_LEVELS**2).sqrt().mean().item() - SMALL_LEVELS
    assert charge(noisy, noisy.second_view(PICTURES)) == pytest.approx(levels / 255, rel=0.02)


def test_exposure_must_not_change_the_painting() -> None:
    exposed = replace(still(), exposure=torch.full((3,), 0.08))
    second = exposed.second_view(PICTURES)
    torch.testing.assert_close(second, PICTURES * 1.08)
    assert charge(exposed, PICTURES) == 0
    assert charge(exposed, second) > 1e-4


def test_lamplight_must_change_the_paintings_luminance_as_much() -> None:
    grey = PICTURES.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    lamp = replace(still(), lamp=torch.full((3, 2), 0.1))
    assert charge(lamp, lamp.second_view(grey), grey, grey) < 1e-9
    assert charge(lamp, grey, grey, grey) > 1e-4


@pytest.mark.parametrize("motion", [(0.02, 0.0, 0.0), (0.0, 0.03, -0.03), (-0.015, 0.02, 0.03)])
def test_a_painter_that_follows_the_motion_is_hardly_charged(
    motion: tuple[float, float, float],
) -> None:
    moving = moved(*motion)
    assert charge(moving, moving.second_view(PICTURES)) < 0.06 * charge(moving, PICTURES)


BY_5_PX = moved(0.0, 10 / SHAPE[3], 0.0, whole=True)


def test_a_painter_that_follows_by_whole_pixels_is_not_charged_at_all() -> None:
    fine = torch.rand(SHAPE, generator=torch.Generator().manual_seed(2)) * 255
    second = BY_5_PX.second_view(fine)
    torch.testing.assert_close(second[..., :-5], fine[..., 5:])
    assert charge(BY_5_PX, second, fine, fine) == 0


def test_by_whole_pixels_the_finest_flicker_is_charged_in_full() -> None:
    odd = (torch.arange(SHAPE[2])[:, None] + torch.arange(SHAPE[3])) % 2
    second = BY_5_PX.second_view(PICTURES) + (20 - 40 * odd)
    assert charge(BY_5_PX, second) == pytest.approx(20 / 255, rel=0.02)


def test_some_batches_stay_some_move_in_any_way_and_some_by_whole_pixels() -> None:
    drawn = [draw(seed) for seed in range(60)]
    whole = [one.motion for one in drawn if one.whole and one.motion is not None]
    assert 8 < len(whole) < 24
    assert 20 < sum(one.motion is None for one in drawn) < 40
    for motion in whole:
        pixels = motion * torch.tensor([1.0, SHAPE[3] / 2, SHAPE[2] / 2])
        torch.testing.assert_close(pixels, pixels.round())
        assert not motion[:, 0].any()


HEIGHT, WIDTH = SHAPE[2:]
GRID = 20 * (1 - 2 * (torch.arange(WIDTH) // 8 % 2)).float().expand(HEIGHT, WIDTH)
CORNER = F.pad(torch.full((24, 24), 60.0), (0, WIDTH - 24, HEIGHT - 24, 0))
STRIPE = F.pad(torch.full((HEIGHT, 6), 60.0), (WIDTH - 6, 0))


@pytest.mark.parametrize(
    ("paint", "motion", "more"),
    [
        (GRID, (0.0, 16.0 / WIDTH, 0.0), 0.1),  # by 8 px
        (CORNER, (0.0, 0.3, -0.3), 0.0),
        (STRIPE, (0.0, 0.1, 0.0), 0.0),
        (STRIPE, (0.0, -0.1, 0.0), 0.0),
    ],
    ids=["a grid", "a corner", "a border that comes in", "a border that goes out"],
)
def test_paint_that_is_locked_to_the_screen_is_charged(
    paint: Tensor, motion: tuple[float, float, float], more: float
) -> None:
    moving = moved(*motion)
    second = moving.second_view(PICTURES)
    calm = charge(moving, second)
    assert charge(moving, second + paint, PICTURES + paint) > 5 * calm + more


def test_a_share_of_the_batch_sees_its_share_of_the_disturbance() -> None:
    moving = next(d for d in map(draw, range(20)) if d.motion is not None)
    part = moving.part(slice(1, 3)).second_view(PICTURES[1:])
    torch.testing.assert_close(part, moving.second_view(PICTURES)[1:])
