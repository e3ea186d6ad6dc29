"""A contact sheet that grows better while a network trains."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from realtime.network.pixels import to_pixels, to_tensor
from train.data import read_rgb

PREVIEW_HEIGHT_PX = 240


def save_preview(
    path: Path, network: nn.Module, styles: int, photographs: tuple[Path, ...]
) -> None:
    """Write a sheet to `path`: a row per photograph, the photograph first, then every style."""
    if not photographs:
        return
    rows = []
    for photograph in photographs:
        picture = read_rgb(photograph)
        width = round(picture.shape[1] * PREVIEW_HEIGHT_PX / picture.shape[0])
        picture = cv2.resize(
            picture, (width, PREVIEW_HEIGHT_PX), interpolation=cv2.INTER_AREA
        ).astype(np.uint8)
        cells = [picture]
        frame = to_tensor(picture, torch.device("cpu"), torch.float32)
        with torch.inference_mode():
            cells += [to_pixels(network.eval()(frame, row[None])) for row in torch.eye(styles)]
        network.train()
        rows.append(np.hstack(cells))
    width = max(row.shape[1] for row in rows)
    sheet = np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows])
    encoded, data = cv2.imencode(".png", sheet[:, :, ::-1])
    if encoded:
        path.write_bytes(data.tobytes())
