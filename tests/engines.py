"""Opening engines in tests: what this machine does not have is skipped, and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime.engines import open_engine
from realtime.engines.base import WrappedEngine
from realtime.errors import BadInputError, MissingExtraError
from realtime.frame import Frame
from realtime.look import Look
from realtime.ports import Engine


def opened(name: str, bundle: Path, device: str = "auto", precision: str = "auto") -> Engine:
    """Open an engine, or skip what this machine does not have, saying what."""
    try:
        return open_engine(name, bundle, device=device, precision=precision)
    except MissingExtraError as exc:
        if name != "tensorrt":
            raise
        pytest.skip(str(exc))
    except BadInputError as exc:
        known = name == "torch" or (name, precision) == ("openvino", "fp32")
        if device == "cpu" and known:
            raise
        pytest.skip(str(exc))


class Remembering(WrappedEngine):
    """An engine that paints every picture once in every look."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._painted: dict[tuple[bytes, tuple[int, ...], Look], Frame] = {}

    def stylize(self, frame: Frame, look: Look) -> Frame:
        key = (frame.pixels.tobytes(), frame.pixels.shape, look)
        if key not in self._painted:
            self._painted[key] = self._engine.stylize(frame, look)
        return self._painted[key]
