import numpy as np

from realtime import overlay
from realtime.frame import Frame
from realtime.resize import fit
from tests.helpers import quadrant_card


def card() -> Frame:
    return Frame(quadrant_card(), 0, 0.0)


def test_text_is_drawn_on_a_copy_in_the_top_left() -> None:
    frame = Frame(np.zeros((240, 320, 3), np.uint8), 0, 0.0)
    written = overlay.with_lines(frame, ["hello", "world"])
    assert frame.pixels.max() == 0
    assert written.pixels[:120].max() > 200
    assert written.pixels[120:].max() == 0


def test_no_lines_cost_nothing() -> None:
    frame = card()
    assert overlay.with_lines(frame, []) is frame


def test_side_by_side_shows_both_halves() -> None:
    before = card()
    after = before.with_pixels(255 - before.pixels)
    both = overlay.side_by_side(before, after).pixels
    np.testing.assert_array_equal(both[:, :30], before.pixels[:, :30])
    np.testing.assert_array_equal(both[:, 34:], after.pixels[:, 34:])
    assert overlay.joined(before, after).shape == (48, 128, 3)


def test_mirroring_swaps_left_and_right_only() -> None:
    pixels = overlay.mirrored(card()).pixels
    assert tuple(pixels[0, 0]) == (30, 200, 40)
    assert tuple(pixels[-1, 0]) == (230, 220, 30)


def test_fitting_keeps_the_aspect() -> None:
    pixels = np.zeros((480, 640, 3), np.uint8)
    assert fit(pixels, (320, 320)).shape == (240, 320, 3)
    assert fit(pixels, (10000, 960)).shape == (960, 1280, 3)
    assert fit(pixels, (640, 480)) is pixels
