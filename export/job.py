"""What is exported, and the steps that every kind of export takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from export.parity import TOLERANCES, Parity, compare
from export.pictures import check_pictures
from realtime.engines import open_engine
from realtime.errors import BadInputError
from realtime.frame import Pixels
from realtime.ports import Engine, Precision, Size
from realtime.sinks import outputs

HELD_OUT = 4
"""Photographs that results are compared on, and that int8 is not calibrated on."""


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """One export as the user asked for it."""

    bundle: Path
    out: Path
    precision: str = "fp32"
    size: Size | None = None
    """Width and height if the result shall take no other."""
    photographs: tuple[Path, ...] = ()
    """To calibrate and to compare with."""
    overwrite: bool = False
    """Replace files that pleinair did not write."""
    listen: Callable[[str], None] = field(default=lambda message: None, compare=False)

    def __post_init__(self) -> None:
        self.require_free(self.out)

    def require_free(self, path: Path) -> None:
        """Ask whether a file may be written.

        Raises:
            BadInputError: it may not (see `realtime.sinks.outputs`).
        """
        inputs = (self.bundle, *self.photographs)
        outputs.require_free(path, inputs, overwrite=self.overwrite)

    def require_precision(self, what: str, able: Sequence[Precision]) -> Precision:
        """Return the precision that was asked for.

        Raises:
            BadInputError: such files are not written in it.
        """
        for precision in able:
            if precision == self.precision:
                return precision
        raise BadInputError(f"no {what} in {self.precision!r}: expected {', '.join(able)}")

    @property
    def pictures(self) -> Mapping[str, Pixels]:
        """What the result is compared on."""
        return check_pictures(self.photographs[-HELD_OUT:], self.size)

    def check(self, candidate: Engine) -> Parity:
        """Compare the result with PyTorch, and tell.

        Raises:
            EngineError: it paints something else.
        """
        with open_engine("torch", self.bundle, device="cpu", precision="fp32") as torch:
            parity = compare(torch, candidate, self.pictures)
        for name, difference in parity.differences.items():
            self.listen(f"  {name:16} {difference}")
        parity.require(TOLERANCES[self.precision], f"the {self.precision} export")
        return parity
