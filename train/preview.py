"""A contact sheet that grows better while a network trains."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from realtime.errors import BadInputError
from realtime.folders import write_whole
from realtime.naming import fitting
from realtime.network.pixels import to_pixels, to_tensor
from realtime.provenance import signed
from train.crops import middle
from train.data import LONGEST_SIDE_RATIO, find_photographs, read_rgb

PREVIEW_HEIGHT_PX = 240
PREVIEWED = 2
"""Photographs, where nobody chose any."""
SHOWN_STYLES = 6
"""At most so many columns of paintings: the newest."""

Sheet = npt.NDArray[np.uint8]


def draw_preview(network: nn.Module, styles: int, photographs: Sequence[Path]) -> Sheet | None:
    """Draw a row per photograph, the photograph first, then the newest styles; (H, W, 3) RGB.

    None if there are no photographs.
    """
    if not photographs:
        return None
    device = next(network.parameters()).device
    looks = torch.eye(styles, device=device)[-SHOWN_STYLES:]
    rows = []
    for photograph in photographs:
        picture = read_rgb(photograph, quietly=True)
        picture = middle(picture, LONGEST_SIDE_RATIO * min(picture.shape[:2]))
        width = max(16, round(picture.shape[1] * PREVIEW_HEIGHT_PX / picture.shape[0]))
        picture = cv2.resize(
            picture, (width, PREVIEW_HEIGHT_PX), interpolation=cv2.INTER_AREA
        ).astype(np.uint8)
        frame = to_tensor(picture, device, torch.float32)
        with torch.inference_mode():
            paintings = [to_pixels(network.eval()(frame, look[None])) for look in looks]
        rows.append(np.hstack([picture, *paintings]))
    network.train()
    width = max(row.shape[1] for row in rows)
    return np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows])


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
    return out.with_name(fitting(out.stem, "-preview.png"))


def save_sheet(path: Path, sheet: Sheet) -> None:
    """Write a sheet as PNG, atomically: a viewer that follows the file never sees half of it."""
    encoded, data = cv2.imencode(".png", sheet[:, :, ::-1])
    assert encoded
    write_whole(path, signed(data.tobytes()))
