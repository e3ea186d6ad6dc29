import pytest
import torch
import torch.nn.functional as F

from realtime.network.article_network import FoldedUpsampleConv, NearestUpsampleConv
from realtime.network.config import TransformerConfig
from realtime.network.layers import FoldedBlockConv, ReflectConv, SmoothConv, SubPixelConv
from realtime.network.registry import build_network, default_config

CONFIGS = [default_config("article"), default_config("examples"), default_config("fast", 3)]


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (5, 4), (8, 9)])
def test_the_folded_upsampler_is_the_seeds(height: int, width: int) -> None:
    torch.manual_seed(1)
    upsampler = NearestUpsampleConv(6, 4).double()
    x = torch.randn(2, 6, height, width, dtype=torch.float64)
    folded = FoldedUpsampleConv(upsampler)
    assert folded(x).shape == (2, 4, 2 * height, 2 * width)
    torch.testing.assert_close(folded(x), upsampler(x), atol=1e-12, rtol=0)


def test_gradients_reach_the_same_kernel() -> None:
    upsampler = NearestUpsampleConv(3, 2).double()
    x = torch.randn(1, 3, 4, 5, dtype=torch.float64)
    kernel = upsampler.conv.weight
    expected = torch.autograd.grad(upsampler(x).square().sum(), kernel)
    folded = torch.autograd.grad(FoldedUpsampleConv(upsampler)(x).square().sum(), kernel)
    torch.testing.assert_close(folded, expected)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize(("height", "width"), [(16, 16), (37, 50)])
def test_a_folded_network_paints_the_same(
    config: TransformerConfig, height: int, width: int
) -> None:
    torch.manual_seed(2)
    network = build_network(config).double().eval()
    for parameter in network.parameters():  # fresh norms and biases would hide mistakes
        parameter.data += 0.1 * torch.randn_like(parameter)
    frames = torch.rand(2, 3, height, width, dtype=torch.float64) * 255
    weights = torch.rand(2, config.styles, dtype=torch.float64)
    with torch.inference_mode():
        expected, folded = network(frames, weights), network.folded()(frames, weights)
    torch.testing.assert_close(folded, expected, atol=1e-7, rtol=0)


def test_folding_leaves_the_original_alone() -> None:
    network = build_network(default_config("fast", 1))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    network.folded()
    torch.testing.assert_close(dict(network.state_dict()), before)


def test_trainable_folding_keeps_the_names() -> None:
    network = build_network(default_config("article"))
    assert network.for_training().state_dict().keys() == network.state_dict().keys()


@pytest.mark.parametrize(("down", "right"), [(1, 0), (0, 1), (1, 1)])
def test_a_smooth_convolution_answers_what_alternates_by_nothing(down: int, right: int) -> None:
    layer = SmoothConv(5, 3).double()
    places = down * torch.arange(6)[:, None] + right * torch.arange(7)
    alternating = (1 - 2 * (places % 2)).double() * torch.randn(1, 5, 1, 1, dtype=torch.float64)
    assert layer(alternating).abs().max() < 1e-12
    flat = torch.ones(1, 5, 6, 7, dtype=torch.float64)
    torch.testing.assert_close(layer(flat), F.conv2d(flat, layer.weight))


def sub_pixel(inputs: int, outputs: int) -> SubPixelConv:
    """A layer that has learned something."""
    layer = SubPixelConv(inputs, outputs).double()
    layer.weight.data = torch.randn_like(layer.weight)
    return layer


@pytest.mark.parametrize(("down", "right"), [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.3, -2.0)])
def test_sub_pixel_convolution_answers_slopes_with_slopes(down: float, right: float) -> None:
    layer = sub_pixel(5, 3)
    rows, columns = torch.arange(8).double()[:, None], torch.arange(9).double()
    plane = down * rows + right * columns
    inside = layer(plane * torch.randn(1, 5, 1, 1))[..., 2:-2, 2:-2]
    for steps in (inside.diff(dim=2), inside.diff(dim=3)):
        torch.testing.assert_close(steps, steps[..., :1, :1].expand_as(steps))
    assert down or right or inside.std() == 0


def test_sub_pixel_convolution_answers_a_checkerboard_by_nothing() -> None:
    layer = sub_pixel(3, 2)
    board = (1 - 2 * ((torch.arange(7)[:, None] + torch.arange(7)) % 2)).double()
    assert layer(board.expand(1, 3, 7, 7)).abs().max() < 1e-12


@pytest.mark.parametrize("along", [2, 3])
def test_sub_pixel_convolution_draws_edges_and_no_ladders_along_them(along: int) -> None:
    layer = sub_pixel(3, 2)
    shape = [1, 3, 7, 7]
    shape[along] = 1
    profile = torch.randn(shape, dtype=torch.float64).expand(1, 3, 7, 7)
    y = layer(profile)
    assert y.diff(dim=along).abs().max() < 1e-9
    assert y.diff(2, dim=5 - along).abs().max() > 0.1, "it can draw edges, not slopes alone"


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_a_covered_lens_is_a_flat_picture_whatever_the_precision(
    config: TransformerConfig, dtype: torch.dtype
) -> None:
    network = build_network(config).folded().to(dtype)
    shades = torch.tensor([0.0, 37.0, 255.0]).view(3, 1, 1, 1)
    frames = shades.expand(3, 3, 40, 48).to(dtype)
    with torch.inference_mode():
        paintings = network(frames, torch.full((3, config.styles), 1 / config.styles, dtype=dtype))
    assert (paintings.float() - paintings[:1, :, :1, :1].float()).abs().max() <= 1.0


@pytest.mark.parametrize("has_bias", [True, False])
def test_a_convolution_in_blocks_is_the_convolution(has_bias: bool) -> None:
    conv = ReflectConv(5, 3, 9, bias=has_bias).double()
    folded = FoldedBlockConv(conv)
    x = torch.randn(2, 5, 18, 22, dtype=torch.float64)
    torch.testing.assert_close(folded(x), conv(x))
    assert folded.get_buffer("weight").shape == (12, 5, 10, 10)
