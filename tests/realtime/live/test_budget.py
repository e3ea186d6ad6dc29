"""The controller, with a fake clock and an engine of settable cost."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from realtime.live.budget import DETAILS, Budget, Rung, ladder

Cost = Callable[[float, float], float]


def simulate(
    budget: Budget, cost: Cost, seconds: float, now: float = 0.0
) -> list[tuple[float, float]]:
    """Run a camera of 30 fps and an engine of `cost(detail, now)`; returns (time, detail)s."""
    history, end = [], now + seconds
    while now < end:
        spent = cost(budget.detail, now)
        now += max(1 / 30, spent)
        budget.paid(spent, now)
        history.append((now, budget.detail))
    return history


def area(full: float) -> Cost:
    return lambda detail, now: full * detail**2 + 0.001


def test_a_fast_engine_is_left_alone() -> None:
    assert {detail for _, detail in simulate(Budget(30, 0.08), area(0.02), 60)} == {1.0}


@pytest.mark.parametrize("full", [0.035, 0.06, 0.1, 0.2])
def test_a_step_in_cost_is_answered_within_two_seconds(full: float) -> None:
    budget = Budget(30, 0.08)
    simulate(budget, area(0.02), 10)
    history = simulate(budget, area(full), 30, now=10)
    late = [area(full)(detail, 0) for now, detail in history if now > 12]
    assert max(late) <= max(budget.seconds, area(full)(DETAILS[-1], 0)) * 1.2
    assert sum(cost <= budget.seconds for cost in late) > 0.9 * len(late) or full > 0.2


def test_it_comes_back_when_the_load_has_gone() -> None:
    budget = Budget(30, 0.08)
    simulate(budget, area(0.1), 5)
    assert budget.detail < 1
    simulate(budget, area(0.012), 60, now=5)
    assert budget.detail == 1.0


@pytest.mark.parametrize("full", [0.026, 0.0299, 0.0301, 0.034, 0.05, 0.09])
def test_no_cycles_in_five_minutes_of_noise(full: float) -> None:
    noise = random.Random(4)
    budget = Budget(30, 0.08)
    cost: Cost = lambda detail, now: area(full)(detail, now) * noise.uniform(0.85, 1.25)  # noqa: E731
    details = [detail for now, detail in simulate(budget, cost, 300) if now > 10]
    changes = sum(one != other for one, other in itertools.pairwise(details))
    assert changes <= 8


def test_an_engine_whose_cost_does_not_fall_with_the_area_does_not_swing() -> None:
    budget = Budget(30, 0.08)
    stubborn: Cost = lambda detail, now: 0.02 + 0.015 * detail**2  # noqa: E731
    details = [detail for _, detail in simulate(budget, stubborn, 300)]
    changes = sum(one != other for one, other in itertools.pairwise(details))
    assert changes <= 12


def test_with_a_draft_at_hand_the_better_network_is_left_before_it_gets_coarse() -> None:
    rungs = ladder(with_draft=True)
    assert rungs[0] == Rung(1.0)
    assert rungs[-1] == Rung(DETAILS[-1], draft=True)
    costs = [rung.cost for rung in rungs]
    assert costs == sorted(costs, reverse=True)
    assert min(rung.detail for rung in rungs if not rung.draft) == 0.7

    budget = Budget(30, 0.08, rungs)

    def cost(full: float) -> Callable[[Rung], float]:
        return lambda rung: full * rung.detail**2 * (0.33 if rung.draft else 1.0)

    def last(full: float, start: float, seconds: float) -> Rung:
        now = start
        while now < start + seconds:
            spent = cost(full)(budget.rung)
            now += max(1 / 30, spent)
            budget.paid(spent, now)
        return budget.rung

    assert last(0.02, 0, 10) == Rung(1.0)
    beside_a_load = last(0.08, 10, 10)
    assert beside_a_load.draft
    assert cost(0.08)(beside_a_load) <= budget.seconds
    assert last(0.02, 20, 120) == Rung(1.0)
