"""A larger network that begins as a smaller one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from realtime.errors import BadInputError
from realtime.network.bundle import load_bundle
from realtime.network.config import TransformerConfig
from realtime.network.transformer import build_network, count_parameters
from tests.train.tiny import run, tiny_settings, weights
from train.widen import widen


def test_the_larger_network_paints_the_same_pictures() -> None:
    torch.manual_seed(3)
    small = build_network(TransformerConfig.fast(2))
    for parameter in small.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    large = build_network(TransformerConfig.quality(2))
    widen(small, large)
    pictures = torch.nn.functional.interpolate(torch.rand(2, 3, 9, 12) * 255, size=(72, 96))
    looks = torch.tensor([[1.0, 0.0], [0.3, 0.7]])
    with torch.inference_mode():
        torch.testing.assert_close(
            large(pictures, looks), small(pictures, looks), atol=0.02, rtol=0
        )
    assert count_parameters(large) > 3 * count_parameters(small)


def test_training_goes_on_from_the_smaller_one(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path, steps=2, identity_steps=0)
    small, large = tmp_path / "small.safetensors", tmp_path / "large.safetensors"
    run(settings, small)
    card = run(replace(settings, architecture="quality"), large, start=small)
    assert card.config == TransformerConfig.quality(2)
    first, second = weights(small), weights(large)
    kernel = "stem.conv.weight"
    assert second[kernel].shape[0] == 2 * first[kernel].shape[0]
    assert load_bundle(large).card.names == ("one", "two")
    with pytest.raises(BadInputError, match="other styles"):
        run(settings, tmp_path / "other.safetensors", start=small, names=("one", "three"))
    with pytest.raises(BadInputError, match="another network"):
        run(settings, tmp_path / "other.safetensors", start=large)
