"""An engine that paints nothing: every frame comes back as it is. For measuring and testing."""

from __future__ import annotations

from pathlib import Path

from realtime.frame import Frame
from realtime.look import Look
from realtime.network.card import read_card
from realtime.ports import Style


class IdentityEngine:
    """Returns its frames untouched, whatever the look."""

    name = "identity"
    description = "identity (paints nothing)"

    def __init__(self, styles: tuple[Style, ...]) -> None:
        self.styles = styles

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Return the frame itself."""
        del look
        return frame

    def close(self) -> None:
        """Nothing to release."""


def open_engine(
    bundle: Path, *, device: str, precision: str, threads: int | None = None
) -> IdentityEngine:
    """Open the identity engine; it lists the bundle's styles and ignores the rest."""
    del device, precision, threads
    credits = read_card(bundle).styles
    return IdentityEngine(tuple(Style(credit.name, str(credit)) for credit in credits))
