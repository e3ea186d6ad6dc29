"""Damaged files of every kind that users bring: read, or refused in one line. Never a traceback."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from export.examples_checkpoint import read_examples
from realtime.errors import BadInputError
from realtime.media.icc import ADOBE_GAMMA, ADOBE_RGB, matrix_profile
from realtime.media.picture import read_picture
from realtime.network.bundle import load_bundle, save_bundle
from realtime.network.card import Card, StyleCredit, read_card
from realtime.network.config import TransformerConfig
from realtime.network.registry import build_network, default_config
from realtime.network.weights_file import load_weights
from tests.damage import damaged
from tests.helpers import quadrant_card
from tests.train.vgg import torchvision_state
from train.checkpoint import read_checkpoint
from train.loss_network import load_vgg

PER_KIND = 60
"""Of each of six kinds of picture, and five readers of weights: some hundreds of either."""


def check(
    data: bytes, path: Path, read: Callable[[Path], object], *, within: int | None = None
) -> None:
    """Read damaged copies; errors must be ours, and one line."""
    refused = list[str]()
    for number, copy in enumerate(damaged(data, PER_KIND, seed=len(data), within=within)):
        path.write_bytes(copy)
        try:
            read(path)
        except BadInputError as exc:
            refused.append(str(exc))
        except Exception as exc:  # say which of the copies it was
            raise AssertionError(f"copy {number} of {path.name}: {exc!r}") from exc
    assert len(refused) > PER_KIND // 4
    for said in refused:
        assert "\n" not in said
        assert path.name in said


def card_as(kind: str) -> bytes:
    profile = {"icc_profile": matrix_profile(ADOBE_RGB, ADOBE_GAMMA), "exif": exif()}
    options: dict[str, dict[str, Any]] = {
        "JPEG": profile, "PNG": profile, "TIFF": {"compression": "tiff_lzw"},
    }  # fmt: skip
    rng = np.random.default_rng(0)
    grain = rng.integers(-20, 20, (48, 64, 3))
    picture = Image.fromarray((quadrant_card() + grain).clip(0, 255).astype(np.uint8))
    if kind in ("PNG", "WEBP", "TIFF"):
        picture.putalpha(100)
    file = io.BytesIO()
    picture.save(file, kind, **options.get(kind, {}))
    return file.getvalue()


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = 6
    tags[0x8769] = {0xA001: 0xFFFF, 0xA005: {1: "R03\0"}}
    return tags


@pytest.mark.parametrize("part", ["head", "all"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
def test_pictures(kind: str, part: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = card_as(kind)
    path = tmp_path / "damaged.picture"
    check(data, path, read_picture, within=300 if part == "head" else None)
    assert capfd.readouterr() == ("", "")  # C libraries would write there


def saved(values: object, *, is_new: bool) -> bytes:
    file = io.BytesIO()
    torch.save(values, file, _use_new_zipfile_serialization=is_new)
    return file.getvalue()


@pytest.mark.parametrize("is_new", [True, False])
def test_checkpoints(is_new: bool, tmp_path: Path) -> None:
    path = tmp_path / "damaged.pth"
    weights = {f"module.conv{i}.weight": torch.randn(4, 3) for i in range(6)}
    values = {"state_dict": weights, "epoch": 3, "note": "hello", "scales": [1.5, (2, None, True)]}
    data = saved(values, is_new=is_new)
    check(data, path, lambda path: load_weights(path, "weights"))
    check(data, path, read_examples)
    check(data, path, read_checkpoint)
    check(saved(torchvision_state((2, 2, 3, 3, 3), 2), is_new=is_new), path, load_vgg)


def test_bundles(tmp_path: Path) -> None:
    config = TransformerConfig(architecture="fast", styles=2, widths=(8, 8, 8), blocks=1)
    styles = (StyleCredit(name="one", artist="A. Painter"), StyleCredit(name="two"))
    card = Card(config=config, styles=styles, recipe={"steps": 3}, results={"losses": [1, 2.5]})
    save_bundle(tmp_path / "whole.safetensors", build_network(config), card)
    data = (tmp_path / "whole.safetensors").read_bytes()
    head = 8 + int.from_bytes(data[:8], "little")
    path = tmp_path / "damaged.safetensors"
    check(data, path, read_card, within=head)
    check(data, path, load_bundle, within=head)
    check(data, path, load_bundle)


@pytest.mark.parametrize(
    "values",
    [
        {"styles": [{"name": 3}]},
        {"styles": 3},
        {"licence": None},
        {"recipe": []},
        {"golden": "no hexadecimal"},
        {"config": {"architecture": "fast", "widths": ["24", 32, 64]}},
        {"config": {"architecture": "fast", "widths": [24, 32]}},
        {"config": {"architecture": "fast", "widths": 24}},
        {"config": {"architecture": "fast", "widths": [24, 32, 10**9]}},
        {"config": {"architecture": "fast", "blocks": -1.5}},
        {"config": 7},
    ],
)
def test_cards_of_wrong_types(values: dict[str, object], tmp_path: Path) -> None:
    card = Card(config=default_config("fast", 1), styles=(StyleCredit(name="one"),))
    text = json.dumps(json.loads(card.to_json()) | values)
    with pytest.raises(BadInputError):
        Card.from_json(text)
