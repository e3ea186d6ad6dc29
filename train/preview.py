"""The preview of a run: some photographs and what the network makes of them so far."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from realtime.clockwork import Clock
from realtime.engines.enlarge import resized
from realtime.errors import BadInputError
from realtime.folders import write_whole
from realtime.frame import Pixels
from realtime.naming import truncate_name
from realtime.network.pixels import to_pixels, to_tensor
from realtime.provenance import add_note
from train.crops import middle
from train.data import LONGEST_SIDE_RATIO, find_photographs, read_rgb

PREVIEW_HEIGHT_PX = 240
PREVIEWED = 4
"""Photographs, where nobody chose any."""
SHOWN_STYLES = 6
"""At most so many rows of paintings: the newest."""

LARGEST_SHARE = 0.05
"""Of a run's time that may go into previews: a heavy network is drawn less often."""


@dataclass
class Previews:
    """Keeps the preview beside a bundle up to date."""

    path: Path
    photographs: Sequence[Path]
    """Empty: no preview."""
    styles: int
    """How many the network knows."""
    learned: int
    """How many of them, the last ones, are learned."""
    every_seconds: float
    clock: Clock = time.monotonic
    due_at: float = -math.inf
    """The first is due at once."""

    def is_due(self) -> bool:
        """Tell whether it is time for the next."""
        return bool(self.photographs) and self.clock() >= self.due_at

    def draw(self, network: nn.Module) -> Pixels | None:
        """Draw and write it; returns what `draw_preview` does."""
        began = self.clock()
        sheet = draw_preview(network, self.styles, self.photographs, learned=self.learned)
        if sheet is not None:
            save_sheet(self.path, sheet)
        now = self.clock()
        self.due_at = now + max(self.every_seconds, (now - began) / LARGEST_SHARE)
        return sheet


def draw_preview(
    network: nn.Module, styles: int, photographs: Sequence[Path], *, learned: int | None = None
) -> Pixels | None:
    """Draw a column per photograph, the photograph on top, its paintings below.

    Args:
        network: A transform network.
        styles: How many it knows.
        photographs: Shown whole, or the middle of long and slim ones.
        learned: How many styles, the last ones, are learned: only these are shown, and at most
            `SHOWN_STYLES`; None: all.

    Returns:
        (H, W, 3) RGB; None if there are no photographs.
    """
    if not photographs:
        return None
    device = next(network.parameters()).device
    looks = torch.eye(styles, device=device)[-min(learned or styles, SHOWN_STYLES) :]
    columns = []
    for photograph in photographs:
        picture = _small(photograph)
        frame = to_tensor(picture, device, torch.float32)
        with torch.inference_mode():
            paintings = [to_pixels(network.eval()(frame, look[None])) for look in looks]
        columns.append(np.vstack([picture, *paintings]))
    network.train()
    return np.hstack(columns)


def _small(photograph: Path) -> Pixels:
    """Read a photograph, PREVIEW_HEIGHT_PX high."""
    picture = read_rgb(photograph, quietly=True)
    picture = middle(picture, LONGEST_SIDE_RATIO * min(picture.shape[:2]))
    width = max(16, round(picture.shape[1] * PREVIEW_HEIGHT_PX / picture.shape[0]))
    return resized(picture, (width, PREVIEW_HEIGHT_PX))


def some_photographs(folder: Path) -> list[Path]:
    """Return the first photographs of a folder that can be read, where nobody chose any.

    Raises:
        BadInputError: the folder holds none.
    """
    chosen: list[Path] = []
    for path in find_photographs(folder):
        with suppress(BadInputError):
            read_rgb(path, quietly=True)
            chosen.append(path)
        if len(chosen) == PREVIEWED:
            break
    return chosen


def preview_path(out: Path) -> Path:
    """Return where the preview of a bundle goes: `NAME-preview.png`, no painting's name."""
    return out.with_name(truncate_name(out.stem, "-preview.png"))


def save_sheet(path: Path, sheet: Pixels) -> None:
    """Write a sheet as PNG, atomically: a viewer that follows the file never sees half of it."""
    encoded, data = cv2.imencode(".png", sheet[:, :, ::-1])
    assert encoded
    write_whole(path, add_note(data.tobytes()))
