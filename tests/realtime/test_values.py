"""Frame, Look, clockwork, settings: the small values everything is made of."""

import platform
from dataclasses import replace

import numpy as np
import pytest

from realtime.clockwork import Latency, RateMeter, percentile
from realtime.errors import BadInputError, UnknownNameError
from realtime.frame import Frame
from realtime.look import Look
from realtime.machine import reuse_freed_memory, threads_in_words
from realtime.settings import LiveSettings, PaintSettings, parse_size


@pytest.mark.parametrize(
    ("shape", "dtype"), [((20, 20), "uint8"), ((20, 20, 4), "uint8"), ((20, 20, 3), "float32")]
)
def test_a_frame_refuses_other_layouts(shape: tuple[int, ...], dtype: str) -> None:
    with pytest.raises(ValueError, match=r"expected uint8 \(H, W, 3\)"):
        Frame(np.zeros(shape, dtype), 0, 0.0)


def test_a_frame_refuses_strided_and_tiny_pixels() -> None:
    with pytest.raises(ValueError, match="contiguous"):
        Frame(np.zeros((20, 40, 3), np.uint8)[:, ::2], 0, 0.0)
    with pytest.raises(ValueError, match="at least 16x16 pixels, got 15x20"):
        Frame(np.zeros((20, 15, 3), np.uint8), 0, 0.0)


def test_a_frame_keeps_its_size_and_hides_its_pixels() -> None:
    frame = Frame(np.zeros((17, 33, 3), np.uint8), 4, 0.5)
    assert (frame.width, frame.height) == (33, 17)
    assert repr(frame) == "Frame(33x17, index=4, 0.500 s)"
    with pytest.raises(ValueError, match="size changed"):
        frame.with_pixels(np.zeros((16, 33, 3), np.uint8))


@pytest.mark.parametrize("weights", [(), (0.5,), (1.2, -0.2), (1.0, 1.0)])
def test_a_look_refuses_weights_that_are_no_mix(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        Look(weights)


def test_what_a_look_can_be_turned_to_stays_within_its_range() -> None:
    look = Look.of_style(1, 3, strength=0.4)
    assert look.main_style == 1
    assert replace(look, stroke=2.0, detail=0.5).scale(1280, 720) == 0.25
    with pytest.raises(ValueError, match="stroke"):
        replace(look, stroke=3.0)
    with pytest.raises(ValueError, match="detail"):
        replace(look, detail=0.0)
    assert look.with_strength(1.4).strength == 1.0
    assert look.with_strength(-0.1).strength == 0.0


def test_a_stroke_has_the_same_share_of_any_picture() -> None:
    look = Look((1.0,)).in_strokes(1.0)
    for width, height in [(433, 288), (1280, 720), (720, 1280), (3000, 2000), (640, 480)]:
        assert min(width, height) * look.scale(width, height) == pytest.approx(480)
        coarse = replace(look, stroke=2.0).scale(width, height)
        assert min(width, height) * coarse == pytest.approx(240)
    assert look.scale(850, 470) == look.scale(860, 500) == 1.0  # near enough: as it is
    assert look.scale(100_000, 16) == 1.0  # of what is slim and long only so much is painted
    assert 800 * look.scale(800, 100) == pytest.approx(1920)
    native = look.in_strokes("native")
    assert native.scale(3000, 2000) == native.scale(16, 16) == 1.0


def test_a_rate_meter_counts_intervals_not_ticks() -> None:
    times = iter([0.0, 0.1, 0.2, 0.3])
    meter = RateMeter(clock=lambda: next(times))
    assert meter.per_second == 0.0
    for _ in range(4):
        meter.tick()
    assert meter.per_second == pytest.approx(10.0)


def test_freed_memory_is_kept_where_glibc_is() -> None:
    is_glibc = platform.libc_ver()[0] == "glibc"
    assert reuse_freed_memory() is is_glibc


def test_words_for_threads() -> None:
    assert (threads_in_words(1), threads_in_words(2)) == ("1 thread", "2 threads")


def test_percentiles_interpolate() -> None:
    assert percentile([4, 1, 3, 2], 50) == 2.5
    assert percentile([5], 99) == 5
    assert percentile([], 50) == 0.0
    assert str(Latency.of([0.01] * 9)) == "p50 10.0 ms, p95 10.0 ms, p99 10.0 ms"


def test_sizes_are_read() -> None:
    assert parse_size("640x480") == (640, 480)
    assert parse_size(" 1920 X 1080 ") == (1920, 1080)


@pytest.mark.parametrize("text", ["", "640", "640x", "axb", "-1x5", "640x480x3", "1e3x2"])
def test_a_size_that_is_none_says_what_is_expected(text: str) -> None:
    with pytest.raises(BadInputError, match="WIDTHxHEIGHT"):
        parse_size(text)


@pytest.mark.parametrize("text", ["8x8", "15x400", "99999x16"])
def test_a_size_out_of_range_says_so(text: str) -> None:
    with pytest.raises(BadInputError, match="out of range"):
        parse_size(text)


def test_settings_refuse_numbers_without_meaning() -> None:
    with pytest.raises(BadInputError, match=r"between 0 and 1, got 1\.5"):
        PaintSettings(strength=1.5)
    with pytest.raises(BadInputError, match="seconds must be above 0, got 0"):
        LiveSettings(seconds=0)
    with pytest.raises(BadInputError, match="rate must be above 0"):
        LiveSettings(rate_fps=float("nan"))


@pytest.mark.parametrize(
    ("name", "near"),
    [("stary-night", "starry-night"), ("scrm", "scream"), ("sunflowers", ""), ("x", "")],
)
def test_a_misspelt_name_gets_the_nearest_or_none(name: str, near: str) -> None:
    error = UnknownNameError("style", name, ["starry-night", "scream", "mosaic", "mondrian"])
    hint = f"did you mean {near}? " if near else ""
    assert str(error).startswith(f"no style named {name!r}: {hint}known are mondrian, ")
