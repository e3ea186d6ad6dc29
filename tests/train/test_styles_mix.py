"""Between two styles lie paintings between them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from realtime.network.bundle import load_bundle
from realtime.network.library import find_bundles
from realtime.network.pixels import to_tensor
from tests.helpers import landscape
from train.load_loss import load_octave_loss
from train.octave_loss import texture_error


def test_half_of_each_style_lies_between_both(vgg_folder: Path) -> None:
    (fast,) = (entry.path for entry in find_bundles() if entry.name == "fast")
    bundle = load_bundle(fast)
    network, count = bundle.network.eval(), len(bundle.card.names)
    loss = load_octave_loss(vgg_folder)
    frame = to_tensor(landscape(160, 120), torch.device("cpu"), torch.float32)

    def seen(*looks: tuple[int, float]) -> list[Tensor]:
        weights = torch.zeros(1, count)
        for style, weight in looks:
            weights[0, style] = weight
        with torch.inference_mode():
            return loss.style_targets([network(frame, weights).clamp(0, 255)])

    def distance(one: list[Tensor], other: list[Tensor]) -> float:
        pairs = zip(one, other, strict=True)
        return float(np.mean([texture_error(a, b).item() for a, b in pairs]))

    pure = [seen((style, 1.0)) for style in range(count)]
    for one, other in combinations(range(count), 2):
        middle = seen((one, 0.5), (other, 0.5))
        apart = distance(pure[one], pure[other]), distance(pure[other], pure[one])
        assert distance(middle, pure[one]) < apart[1], (one, other)
        assert distance(middle, pure[other]) < apart[0], (one, other)
