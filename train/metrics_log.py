"""What a run writes down while it goes on: losses as JSON lines, and for TensorBoard if wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtime.errors import MissingExtraError
from realtime.frame import Pixels
from realtime.provenance import WRITTEN_BY

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

SCALARS_EVERY = 25
"""Steps between TensorBoard's scalars, as in the article (train.py:107-136)."""


class MetricsLog:
    """The losses of a run, step by step.

    Args:
        path: JSON lines, one per step.
        step: Where the run goes on: later lines, of a run that was killed, are taken out.
        tensorboard: Folder for TensorBoard's event files; None: none.

    Raises:
        MissingExtraError: TensorBoard is wanted but not installed.
    """

    def __init__(self, path: Path, step: int, tensorboard: Path | None = None) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.forget_after(step)
        self.board = _open_board(tensorboard, step) if tensorboard is not None else None

    def forget_after(self, step: int) -> None:
        """Take out the lines of `step` and later: they will be lived again."""
        if not self.path.exists():
            return
        lines = self.path.read_text().splitlines()
        kept = [line for line in lines if _step_of(line) < step]
        if len(kept) < len(lines):
            self.path.write_text("".join(line + "\n" for line in kept))
        if not kept:
            self.path.unlink()  # nobody could see whose it is

    def write(self, step: int, terms: Mapping[str, float]) -> None:
        """Write down the terms of a step."""
        rounded = {name: float(f"{value:.5g}") for name, value in terms.items()}
        with self.path.open("a") as file:
            mark = WRITTEN_BY if file.tell() == 0 else {}
            file.write(json.dumps({**mark, "step": step, **rounded}) + "\n")
        if self.board is not None and step % SCALARS_EVERY == 0:
            for name, value in terms.items():
                self.board.add_scalar(f"loss/{name}", value, step)

    def show(self, step: int, sheet: Pixels) -> None:
        """Show a preview sheet in TensorBoard."""
        if self.board is not None:
            self.board.add_image("preview", sheet, step, dataformats="HWC")
            self.board.flush()

    def close(self) -> None:
        """Finish the event file."""
        if self.board is not None:
            self.board.close()


def _step_of(line: str) -> int:
    try:
        entry: dict[str, Any] = json.loads(line)
        return int(entry["step"])
    except (ValueError, KeyError, TypeError):  # a line cut off by SIGKILL
        return 1 << 62


def _open_board(folder: Path, step: int) -> SummaryWriter:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as exc:
        raise MissingExtraError("--tensorboard", "tensorboard", "train") from exc
    return SummaryWriter(str(folder), purge_step=step)
