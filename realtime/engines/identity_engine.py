"""An engine that returns every frame unchanged. For benchmarks and tests."""

from __future__ import annotations

from pathlib import Path

from realtime.engines.base import styles_of
from realtime.frame import Frame
from realtime.look import Look
from realtime.ports import Closing, EngineInfo, Style


class IdentityEngine(Closing):
    """Returns frames unchanged, whatever the look."""

    info = EngineInfo("identity", "cpu", "fp32")
    description = "identity (paints nothing)"

    def __init__(self, styles: tuple[Style, ...]) -> None:
        self.styles = styles

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Return the frame itself."""
        del look
        return frame


def open_engine(
    bundle: Path, *, device: str, precision: str, threads: int | None = None
) -> IdentityEngine:
    """Open the identity engine; it lists the bundle's styles and ignores the rest."""
    del device, precision, threads
    return IdentityEngine(styles_of(bundle))
