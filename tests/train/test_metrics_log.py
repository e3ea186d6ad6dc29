"""Losses as JSON lines and for TensorBoard."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.train.tiny import run, tiny_settings
from train.loop import Extras
from train.metrics_log import MetricsLog


def test_lines_of_steps_that_will_be_lived_again_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    first = MetricsLog(path, 0)
    for step in range(4):
        first.write(step, {"style": 1 / (step + 3)})
    with path.open("a") as file:
        file.write('{"step": 4, "sty')  # what SIGKILL leaves
    MetricsLog(path, 2).write(2, {"style": 9.0})
    assert path.read_text().splitlines() == [
        '{"written_by": "pleinair", "step": 0, "style": 0.33333}',
        '{"step": 1, "style": 0.25}', '{"step": 2, "style": 9.0}',
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_gets_scalars_and_previews(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path, steps=30)
    previews = (settings.content / "0.png",)
    extras = Extras(previews=previews, tensorboard=tmp_path / "board")
    run(settings, tmp_path / "out.safetensors", extras)
    events = EventAccumulator(str(tmp_path / "board"))
    events.Reload()
    tags = events.Tags()
    assert {"loss/identity", "loss/style", "loss/stability"} <= set(tags["scalars"])
    assert [event.step for event in events.Scalars("loss/style")] == [25]
    assert tags["images"] == ["preview"]
