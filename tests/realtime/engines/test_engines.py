"""One contract, every engine by name; a new engine file is tested by existing."""

from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from realtime import engines
from realtime.engines import open_engine
from realtime.engines.torch_cuda import paint_on_device
from realtime.engines.torch_engine import TorchEngine
from realtime.errors import BadInputError, EngineError, UnknownNameError
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.bundle import load_bundle
from realtime.network.library import SHIPPED
from tests.engines import opened
from tests.helpers import FAST, landscape, make_frames

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]


@pytest.fixture(params=engines.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("width", "height"), [(16, 16), (33, 47), (64, 48)])
def test_the_contract(name: str, device: str, width: int, height: int) -> None:
    with opened(name, FAST, device) as engine:
        assert engine.info.runtime == name
        assert engine.description
        count = len(engine.styles)
        frame = make_frames(3, width, height)[2]
        before = frame.pixels.copy()
        for index in range(count):
            painted = engine.stylize(frame, Look.of_style(index, count))
            assert painted.pixels.shape == frame.pixels.shape
            assert (painted.index, painted.pts_seconds) == (frame.index, frame.pts_seconds)
        np.testing.assert_array_equal(frame.pixels, before)


def test_strength_zero_is_the_frame_bit_for_bit(name: str) -> None:
    with opened(name, FAST) as engine:
        frame = make_frames(1)[0]
        look = Look.of_style(0, len(engine.styles), strength=0.0)
        assert engine.stylize(frame, look).pixels.tobytes() == frame.pixels.tobytes()


def test_engines_are_stateless(name: str) -> None:
    with opened(name, FAST) as engine:
        look = Look.of_style(1, len(engine.styles))
        first, second = make_frames(2)
        alone = engine.stylize(second, look).pixels.copy()
        engine.stylize(first, look)
        np.testing.assert_array_equal(engine.stylize(second, look).pixels, alone)


@pytest.fixture(scope="module")
def ramp() -> Frame:
    y, x = np.mgrid[0:96, 0:128]
    pixels = np.stack([2 * x, 255 - 2 * y, x + y], axis=2)
    return Frame(np.ascontiguousarray(pixels.clip(0, 255).astype(np.uint8)), 0, 0.0)


def test_strength_blends_between_frame_and_painting(ramp: Frame) -> None:
    with open_engine("torch", FAST) as engine:
        count = len(engine.styles)
        full = engine.stylize(ramp, Look.of_style(0, count)).pixels.astype(float)
        half = engine.stylize(ramp, Look.of_style(0, count, strength=0.5)).pixels.astype(float)
    assert np.abs(half - (ramp.pixels + full) / 2).max() <= 1.0


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_paints_the_same_picture(precision: str) -> None:
    """On a picture with edges and textures; a bare gradient is mostly what the norms make of it."""
    frame = Frame(landscape(320, 240), 0, 0.0)
    with (
        open_engine("torch", FAST) as full,
        open_engine("torch", FAST, precision=precision) as half,
    ):
        assert half.description.endswith(precision)
        for look in (Look.of_style(i, len(full.styles)) for i in (0, 4, 10)):
            off = full.stylize(frame, look).pixels - half.stylize(frame, look).pixels.astype(float)
            assert np.abs(off).mean() < (0.6 if precision == "bf16" else 0.2)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.safetensors")), ids=lambda p: p.stem)
def test_a_covered_lens_gives_a_flat_picture_in_half_precision_too(path: Path) -> None:
    paintings = {}
    for precision in ("fp32", "bf16"):
        with open_engine("torch", path, precision=precision) as engine:
            for style, shade in product(range(len(engine.styles)), (0, 128, 255)):
                frame = Frame(np.full((48, 64, 3), shade, np.uint8), 0, 0.0)
                look = Look.of_style(style, len(engine.styles))
                painting = engine.stylize(frame, look).pixels.astype(int)
                paintings[precision, style, shade] = painting
    for (precision, style, shade), painting in paintings.items():
        # From 64 on, numbers of bf16 are half a level apart: the phases of the last layer, whose
        # sums are equal but for rounding, may fall to both sides of a tie.
        uneven = 1 if precision == "bf16" else 0
        assert np.ptp(painting, axis=(0, 1)).max() <= uneven, "neither noise nor a grid"
        assert np.abs(painting - paintings["fp32", style, shade]).max() <= 1


@pytest.mark.parametrize("name", sorted({*engines.names()} - {"identity"}))
def test_the_picture_keeps_its_orientation_and_its_colours_their_order(name: str) -> None:
    """Against the bundle's network, called by hand: red first, rows from the top."""
    pixels = landscape(96, 80)
    with opened(name, FAST, "auto" if name == "tensorrt" else "cpu", "fp32") as engine:
        count = len(engine.styles)
        painted = engine.stylize(Frame(pixels, 0, 0.0), Look.of_style(0, count)).pixels
    network = load_bundle(FAST).network.eval()
    planes = np.stack([pixels[..., channel] for channel in range(3)]).astype(np.float32)
    with torch.inference_mode():
        expected = network(torch.from_numpy(planes[None]), torch.eye(count)[:1])[0].numpy()
    for channel in range(3):
        off = painted[..., channel] - expected[channel].clip(0, 255)
        assert np.abs(off).max() <= 1.5, "rgb"[channel]
    turned = (pixels[::-1], pixels[:, ::-1], pixels[::-1, ::-1])
    upright, *others = (
        np.corrcoef(_edges(painted), _edges(picture))[0, 1] for picture in (pixels, *turned)
    )
    assert upright > 0.3
    assert max(others) < 0.15


def _edges(pixels: Pixels) -> npt.NDArray[np.float64]:
    grey = pixels.mean(2)
    edges = np.abs(np.diff(grey, axis=0))[:, 1:] + np.abs(np.diff(grey, axis=1))[1:]
    return np.asarray(edges.ravel(), np.float64)


def test_bad_choices_say_what_is_there() -> None:
    with pytest.raises(UnknownNameError, match=r"no engine named 'torhc': did you mean torch\?"):
        open_engine("torhc", FAST)
    with pytest.raises(BadInputError, match="no precision 'fp8'"):
        open_engine("torch", FAST, precision="fp8")
    with pytest.raises(BadInputError, match="expected auto, cpu, cuda"):
        open_engine("torch", FAST, device="gpu")
    with pytest.raises(BadInputError, match="no style bundle at"):
        open_engine("torch", Path("nowhere.safetensors"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA is here")
def test_a_missing_gpu_is_no_silent_fallback() -> None:
    with pytest.raises(BadInputError, match="sees 0 CUDA devices; use --device cpu"):
        open_engine("torch", FAST, device="cuda")


def test_a_failing_network_becomes_an_engine_error() -> None:
    class Exhausted(torch.nn.Module):
        def forward(self, frames: torch.Tensor, style_weights: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("out of memory")

    with open_engine("torch", FAST) as engine:
        engine.network = Exhausted()  # type: ignore[attr-defined]
        look = Look.of_style(0, len(engine.styles))
        with pytest.raises(EngineError, match="failed on a 32x24 frame"):
            engine.stylize(make_frames(1)[0], look)


def test_a_look_for_another_bundle_is_refused() -> None:
    with open_engine("torch", FAST) as engine, pytest.raises(ValueError, match="style weights"):
        engine.stylize(make_frames(1)[0], Look.of_style(0, 99))


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_what_a_cuda_graph_captures_is_the_same_painting(ramp: Frame, strength: float) -> None:
    """The captured function itself, run on the CPU, against the engine's own way."""
    with open_engine("torch", FAST, device="cpu") as engine:
        assert isinstance(engine, TorchEngine)
        count = len(engine.styles)
        weights = torch.full((1, count), 1 / count)
        frame = torch.from_numpy(ramp.pixels)
        with torch.inference_mode():
            captured = paint_on_device(engine.network, frame, weights, torch.tensor(strength))
        look = Look(tuple(1 / count for _ in range(count)), strength)
        expected = engine.stylize(ramp, look).pixels
    assert np.abs(captured.numpy().astype(int) - expected).max() <= 1
