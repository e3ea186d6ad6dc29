"""How a new style begins, on the network that ships."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from realtime.arbitrary_style.dead_leaves import dead_leaves
from realtime.arbitrary_style.palette import Colours
from realtime.frame import Pixels
from realtime.network.bundle import Bundle, load_bundle
from realtime.network.pixels import to_pixels, to_tensor
from tests.helpers import FAST, write_picture
from tests.train.tiny import assert_rows_kept, write_photographs
from train.add_styles import begin_like_nearest, grown
from train.data import Photographs


def painted(network: nn.Module, style: int, styles: int) -> Pixels:
    frame = to_tensor(dead_leaves().copy(), torch.device("cpu"), torch.float32)
    with torch.inference_mode():
        return to_pixels(network(frame, torch.eye(styles)[style : style + 1]))


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(FAST)


def test_a_new_style_begins_in_the_brushwork_and_the_colours_that_are_nearest(
    bundle: Bundle, tmp_path: Path
) -> None:
    names = bundle.card.names
    scream, old = names.index("scream"), len(names)
    tint = np.array([0.5, 0.7, 1.0])
    bluish = (painted(bundle.network, scream, old) * tint).round().astype(np.uint8)
    painting = write_picture(tmp_path / "painting.png", bluish)
    network = grown(bundle, 1)
    content = write_photographs(tmp_path / "photographs")
    photographs = Photographs(content, crop_px=128, batch=1, seed=1)
    begin_like_nearest(network, names, [painting], photographs, 288)
    found = painted(network, old, old + 1)
    wanted = Colours.of(bluish)
    assert Colours.of(found).distance(wanted) < 12
    assert Colours.of(painted(network, scream, old + 1)).distance(wanted) > 25
    grey, like = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).ravel() for one in (found, bluish))
    assert np.corrcoef(grey, like)[0, 1] > 0.8


def test_the_old_rows_and_the_trunk_stay_as_they_are(bundle: Bundle, tmp_path: Path) -> None:
    painting = write_picture(tmp_path / "painting.png", dead_leaves())
    network, old = grown(bundle, 2), len(bundle.card.names)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    content = write_photographs(tmp_path / "photographs")
    photographs = Photographs(content, crop_px=64, batch=1, seed=1)
    begin_like_nearest(network, bundle.card.names, [painting] * 2, photographs, 128)
    assert_rows_kept(before, dict(network.state_dict()), old)
    assert not torch.equal(network.state_dict()["up2.norm.shift"][old], torch.zeros(16))
