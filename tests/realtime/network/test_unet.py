import pytest
import torch
import torch.nn.functional as F

from realtime.errors import BundleError
from realtime.network.config import TransformerConfig
from realtime.network.layers import instance_norm
from realtime.network.registry import build_network, default_config
from realtime.network.unet import StyledUNet


@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 31), (48, 64), (61, 97)])
def test_the_output_has_the_inputs_size(height: int, width: int) -> None:
    network = build_network(default_config("fast", 2)).eval()
    frames = torch.rand(1, 3, height, width) * 255
    with torch.inference_mode():
        assert network(frames, torch.tensor([[0.5, 0.5]])).shape == frames.shape


def test_style_rows_are_chosen_and_blended_by_the_weights() -> None:
    network = build_network(default_config("fast", 2)).double().eval()
    for name, row in network.named_parameters():
        if "norm" in name:
            row.data += 0.3 * torch.randn_like(row)
    frames = torch.rand(1, 3, 32, 32, dtype=torch.float64) * 255
    rows = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], dtype=torch.float64)
    with torch.inference_mode():
        first, second, middle = (network(frames, row[None]) for row in rows)
        together = network(frames.expand(3, 3, 32, 32), rows)
    assert (first - second).abs().mean() > 1
    assert (middle - first).abs().mean() < (second - first).abs().mean()
    torch.testing.assert_close(together, torch.cat([first, second, middle]))


def test_a_flat_frame_is_painted_without_a_grid() -> None:
    network = build_network(default_config("fast", 1)).eval()
    with torch.inference_mode():
        painted = network(torch.full((1, 3, 64, 64), 90.0), torch.ones(1, 1))
    assert painted.std(dim=(2, 3)).max() < 1e-2


@pytest.mark.parametrize("level", [2, 4, 8])
def test_no_level_can_print_its_grid(level: int) -> None:
    """Features that alternate from one place to the next at a level leave no trace above it."""
    network = build_network(default_config("fast", 1)).eval()
    assert isinstance(network, StyledUNet)
    side = 64 // level
    checks = (torch.arange(side)[:, None] + torch.arange(side)) % 2 * 2.0 - 1
    layer = {2: network.end, 4: network.up2.conv, 8: network.up1.conv}[level]
    inputs = {2: 16, 4: 32, 8: 64}[level]
    with torch.inference_mode():
        flat = layer(torch.ones(1, inputs, side, side))
        answer = layer(1 + checks.expand(1, inputs, side, side)) - flat
    assert answer[..., 2:-2, 2:-2].abs().max() < 1e-5


@pytest.mark.parametrize("batch", [1, 3])
def test_instance_norm_agrees_with_torch(batch: int) -> None:
    x = torch.randn(batch, 4, 9, 7) * 5 + 3
    scale, shift = torch.rand(batch, 4), torch.rand(batch, 4)
    expected = F.instance_norm(x) * scale[..., None, None] + shift[..., None, None]
    normed = instance_norm(x, 1e-5, scale=scale, shift=shift)
    torch.testing.assert_close(normed, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_norm_survives_a_constant_channel_and_large_values(
    dtype: torch.dtype,
) -> None:
    flat = instance_norm(torch.full((1, 2, 8, 8), 30000.0, dtype=dtype), 1e-9)
    wild = instance_norm(torch.randn(1, 2, 64, 64).mul(9000).to(dtype), 1e-9)
    assert flat.dtype == dtype
    assert torch.isfinite(flat).all()
    assert wild.float().std().item() == pytest.approx(1.0, abs=0.02)


def test_a_config_survives_its_dict() -> None:
    config = default_config("fast", 5)
    assert TransformerConfig.from_dict(config.to_dict()) == config


def test_impossible_configs_are_refused() -> None:
    with pytest.raises(BundleError, match="cannot hold 2 styles"):
        default_config("article", 2)
    with pytest.raises(BundleError, match="not understood"):
        TransformerConfig.from_dict({"architecture": "fast", "colour": "red"})
