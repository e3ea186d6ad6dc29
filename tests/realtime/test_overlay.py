import numpy as np

from realtime import overlay
from realtime.frame import Frame
from realtime.resize import fit
from tests.helpers import quadrant_card

BEFORE = Frame(quadrant_card(), 0, 0.0)
AFTER = BEFORE.with_pixels(255 - BEFORE.pixels)


def test_text_is_drawn_on_a_copy_in_the_top_left() -> None:
    frame = Frame(np.zeros((240, 320, 3), np.uint8), 0, 0.0)
    written = overlay.with_lines(frame, ["hello", "world"])
    assert frame.pixels.max() == 0
    assert written.pixels[:120].max() > 200
    assert written.pixels[120:].max() == 0


def test_any_number_of_lines_fits_in_any_size() -> None:
    for size in ((388, 512), (240, 320), (64, 48), (1080, 1920)):
        frame = Frame(np.zeros((*size, 3), np.uint8), 0, 0.0)
        for count in range(1, 40):
            overlay.with_lines(frame, ["strength gyp"] * count)
    frame = Frame(np.zeros((388, 512, 3), np.uint8), 0, 0.0)
    all_of_it = overlay.with_lines(frame, ["line"] * 25 + ["x" * 40]).pixels
    assert all_of_it[340:, 100:].max() > 100  # the longest line, the last one, is there


def test_a_line_longer_than_the_picture_is_written_smaller_and_whole() -> None:
    frame = Frame(np.zeros((240, 320, 3), np.uint8), 0, 0.0)
    written = overlay.with_lines(frame, ["m" * 40 + " end"]).pixels.max((0, 2))
    assert written[-40:-8].max() > 100, "its end is there"
    assert written[-1] == 0


def test_no_lines_cost_nothing() -> None:
    assert overlay.with_lines(BEFORE, []) is BEFORE


def test_text_can_be_read_on_any_picture() -> None:
    for level in (0, 128, 255):
        frame = Frame(np.full((240, 320, 3), level, np.uint8), 0, 0.0)
        written = overlay.with_lines(frame, ["mmmmmmmm"]).pixels[:30, :80, 0]
        assert written.max() > 240
        assert np.median(written) < 100  # what lies behind
        np.testing.assert_array_equal(overlay.with_lines(frame, ["m"]).pixels[120:], level)


def test_the_divider_goes_where_it_is_put() -> None:
    for place in (0.0, 0.25, 1.0):
        top = overlay.split(BEFORE, AFTER, place).pixels[:10]
        left, right = max(0, round(place * 64) - 2), round(place * 64) + 2
        np.testing.assert_array_equal(top[:, :left], BEFORE.pixels[:10, :left])
        np.testing.assert_array_equal(top[:, right:], AFTER.pixels[:10, right:])


def test_the_split_shows_both_halves() -> None:
    both = overlay.split(BEFORE, AFTER).pixels
    np.testing.assert_array_equal(both[:, :24], BEFORE.pixels[:, :24])
    np.testing.assert_array_equal(both[:, 40:], AFTER.pixels[:, 40:])
    assert overlay.joined(BEFORE, AFTER).shape == (48, 128, 3)


def test_mirroring_swaps_left_and_right_only() -> None:
    pixels = overlay.mirrored(BEFORE).pixels
    assert tuple(pixels[0, 0]) == (30, 200, 40)
    assert tuple(pixels[-1, 0]) == (230, 220, 30)


def test_fitting_keeps_the_aspect() -> None:
    pixels = np.zeros((480, 640, 3), np.uint8)
    assert fit(pixels, (320, 320)).shape == (240, 320, 3)
    assert fit(pixels, (10000, 960)).shape == (960, 1280, 3)
    assert fit(pixels, (640, 480)) is pixels
