"""What a run says of itself where there is no terminal."""

from __future__ import annotations

import pytest

from tests.helpers import FakeClock
from train.budget import Progress
from train.progress import LINE_EVERY_SECONDS, shown


def test_lines_come_steadily_with_the_time_that_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    with shown("learning poppies", clock=clock) as show:
        show.tell("looking at what is to be learned")
        for step in range(1, 101):
            steps = None if step == 1 else 100
            show.listen(Progress(step, steps, 200.0 - 2 * step, {"style": 1 / step}))
            clock.advance(2.0)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "learning poppies: looking at what is to be learned"
    assert said[1] == "learning poppies: step 1, 3:18 left, style 1"
    assert said[-1] == "learning poppies: step 100/100, 0:00 left, style 0.01"
    assert len(said) == pytest.approx(2 + 200 / LINE_EVERY_SECONDS, abs=2)


def test_other_processes_than_the_first_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("learning poppies", quiet=True) as show:
        show.tell("looking")
        show.listen(Progress(1, 1, 0.0, {}))
    assert capsys.readouterr() == ("", "")
