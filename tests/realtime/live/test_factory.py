"""How the engines of a live run are opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime.arbitrary_style.request import find_look
from realtime.engines import open_engine
from realtime.live import factory
from realtime.live.factory import controller_of, engine_opener
from realtime.ports import Engine
from realtime.settings import FASTEST, LiveSettings


def test_what_the_controller_switches_to_runs_as_the_first_engine_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def noted(
        name: str, bundle: Path, *, device: str, precision: str, threads: int | None
    ) -> Engine:
        asked.append((bundle.stem, name, precision))
        return open_engine(name, bundle, device=device, precision=precision, threads=threads)

    monkeypatch.setattr(factory, "open_engine", noted)
    settings = LiveSettings(bundle="quality", engine="torch", hold_fps=30)
    request = find_look(settings.style, settings.bundle)
    controller = controller_of(settings, request.entry)
    with engine_opener(settings, request, None, controller)() as engine:
        decided = engine.info.precision
    first, *others = asked
    assert first == ("quality", "torch", FASTEST)
    assert ("fast", "torch", decided) in others
    assert {how[1:] for how in others} == {("torch", decided)}
