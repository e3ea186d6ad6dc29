"""`--minutes` is the wall time of all of it, whatever a step takes and however that changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from torch import Tensor, nn

from realtime.errors import BadInputError
from realtime.frame import Pixels
from tests.helpers import FakeClock
from tests.train.tiny import RELATIVE, log_lines, run, tiny_network, tiny_settings
from train import preview
from train.budget import Budget, Progress
from train.loop import Extras
from train.loss.perceptual_loss import LayerLoss
from train.preview import draw_preview
from train.settings import TrainSettings

MINUTES = 5
START_SECONDS = 23.0
SAVE_SECONDS = 11.0


@pytest.fixture
def settings(tmp_path: Path) -> TrainSettings:
    return tiny_settings(tmp_path, identity_steps=3, steps=100_000)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class DearLoss(LayerLoss):
    """Costs time of a fake clock at every look."""

    def __init__(self, clock: FakeClock, seconds: Callable[[int], float]) -> None:
        layers = ("relu1_1", "relu2_1")
        super().__init__(tiny_network(), layers, layers[-1], RELATIVE)
        self._clock, self._seconds, self._looks = clock, seconds, 0

    def terms(self, *arguments: object) -> tuple[Tensor, Tensor]:
        self._clock.advance(self._seconds(self._looks))
        self._looks += 1
        return super().terms(*arguments)  # type: ignore[arg-type]


@pytest.fixture
def dear_preview(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(
        network: nn.Module, styles: int, photographs: Sequence[Path], *, learned: int
    ) -> Pixels | None:
        clock.advance(SAVE_SECONDS)
        return draw_preview(network, styles, photographs, learned=learned)

    monkeypatch.setattr(preview, "draw_preview", slowly)


def extras_for(clock: FakeClock, heard: list[Progress] | None = None) -> Extras:
    clock.advance(START_SECONDS)
    budget = Budget(MINUTES, began=clock() - START_SECONDS, clock=clock)
    return Extras(budget=budget, clock=clock, listen=(heard if heard is not None else []).append)


PACES: dict[str, Callable[[int], float]] = {
    "steady": lambda look: 14.0,
    "ever slower": lambda look: 6.0 + look / 2,
    "a busy neighbour, then alone": lambda look: 30.0 if look < 5 else 7.0,
    "every second step": lambda look: 4.0 if look % 2 else 20.0,
}


@pytest.mark.usefixtures("dear_preview")
@pytest.mark.parametrize("pace", PACES.values(), ids=PACES.keys())
def test_the_wall_time_is_kept_start_saving_and_previews_included(
    settings: TrainSettings, clock: FakeClock, tmp_path: Path, pace: Callable[[int], float]
) -> None:
    heard: list[Progress] = []
    card = run(
        settings, tmp_path / "out.safetensors", extras_for(clock, heard),
        loss=DearLoss(clock, pace),
    )  # fmt: skip
    slowest = max(map(pace, range(card.results["steps"])))
    assert 60 * MINUTES - slowest - SAVE_SECONDS < clock() <= 60 * MINUTES + slowest
    assert card.results["steps"] == card.recipe["steps"] == len(log_lines(tmp_path / "out.jsonl"))
    assert heard[-1].step == heard[-1].steps, "the learning rate has come to its end"
    assert heard[0].steps is None, "a number that is no plan is not told"
    left = [told.seconds_left or 0.0 for told in heard]
    assert left == sorted(left, reverse=True)


def test_a_run_that_is_resumed_has_what_was_left_of_its_time(
    settings: TrainSettings, clock: FakeClock, tmp_path: Path
) -> None:
    out, loss = tmp_path / "out.safetensors", DearLoss(clock, lambda look: 20.0)
    run(settings, out, replace(extras_for(clock), max_steps=9), loss=loss)
    spent, again = clock() - START_SECONDS, clock()
    card = run(settings, out, extras_for(clock), loss=loss)
    assert card.results["steps"] > 9
    assert clock() - again == pytest.approx(60 * MINUTES - spent, abs=21)
    run(settings, out, extras_for(clock), loss=loss)
    assert len(log_lines(out)) == card.results["steps"], "it is over"


@pytest.mark.usefixtures("dear_preview")
def test_the_last_preview_has_its_time_though_it_is_the_first(
    settings: TrainSettings, clock: FakeClock, tmp_path: Path
) -> None:
    """A run so short that nothing is saved before its end."""
    extras = replace(extras_for(clock), save_every_seconds=1000.0)
    card = run(
        settings, tmp_path / "out.safetensors", extras, loss=DearLoss(clock, lambda look: 6.0)
    )
    assert card.results["steps"] > 20
    assert 60 * MINUTES - 12 < clock() <= 60 * MINUTES


def test_no_time_at_all_is_one_step(
    settings: TrainSettings, clock: FakeClock, tmp_path: Path
) -> None:
    budget = Budget(0.01, began=-60.0, clock=clock)
    card = run(settings, tmp_path / "out.safetensors", Extras(budget=budget, clock=clock))
    assert card.results["steps"] == 1
    with pytest.raises(BadInputError, match="above 0, got 0"):
        Budget(0)
