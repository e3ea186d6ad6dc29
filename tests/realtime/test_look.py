"""Looks, and what lies between two of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from realtime.look import Look


def test_halfway_between_two_styles_each_has_half() -> None:
    mixed = Look((1.0, 0.0), strength=0.4).mixed(Look((0.0, 1.0), strength=0.8), 0.5)
    assert mixed.style_weights == pytest.approx((0.5, 0.5))
    assert mixed.strength == pytest.approx(0.6)


def test_the_ends_are_the_looks_themselves() -> None:
    one, two = Look((1.0, 0.0), strength=0.4), Look((0.3, 0.7), strength=0.8)
    assert one.mixed(two, 0.0) == one
    assert one.mixed(two, 1.0) == two


@pytest.mark.parametrize("share", [number / 97 for number in range(98)])
def test_what_both_share_stays_to_the_last_bit(share: float) -> None:
    look = Look((0.6, 0.3, 0.1), strength=0.7)
    coarse = replace(look, stroke=2.0)
    assert look.mixed(coarse, share) == coarse
