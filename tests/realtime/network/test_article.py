import numpy as np
import pytest
import torch

from realtime.network.registry import build_network, default_config
from tests import article_reference

ONE_STYLE = torch.ones(1, 1)


def test_it_has_the_seeds_parameters() -> None:
    network = build_network(default_config("article"))
    assert sum(kernel.numel() for kernel in network.parameters()) == 1_674_432
    assert all(name.endswith("weight") for name, _ in network.named_parameters())


@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 23), (18, 21), (31, 16)])
def test_it_equals_the_specification_in_numpy(height: int, width: int) -> None:
    torch.manual_seed(7)
    network = build_network(default_config("article")).double().eval()
    pixels = np.random.default_rng(0).uniform(0, 255, (height, width, 3))
    kernels = {name: kernel.numpy() for name, kernel in network.state_dict().items()}
    expected = article_reference.paint(pixels, kernels)
    frames = torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0)
    with torch.inference_mode():
        painted = network(frames, ONE_STYLE.double())[0].permute(1, 2, 0).numpy()
    assert painted.shape == (height, width, 3)
    np.testing.assert_allclose(painted, expected, atol=1e-6)


def test_the_output_fills_the_range_whatever_the_exposure() -> None:
    network = build_network(default_config("article")).eval()
    frames = torch.rand(1, 3, 64, 64) * 255
    with torch.inference_mode():
        bright, dark = network(frames, ONE_STYLE), network(frames * 0.3 + 60, ONE_STYLE)
    assert bright.mean().item() == pytest.approx(127.5, abs=12)
    assert bright.std().item() == pytest.approx(dark.std().item(), rel=0.2)
