"""How pictures lie on a window of any size, the strip of styles, and the panel with the help."""

from __future__ import annotations

import numpy as np
import pytest

from realtime.frame import Frame
from realtime.live.controls import HELP, VIEWS, View
from realtime.live.drawing import Strip, arrange, help_columns, in_picture, with_panel, with_strip
from realtime.live.sinks import LetterboxSink
from realtime.ports import Event, Key, Mouse, Size
from tests.helpers import ListSink, quadrant_card

BEFORE = Frame(quadrant_card(), 0, 0.0)
AFTER = BEFORE.with_pixels(255 - BEFORE.pixels)


def test_a_canvas_of_the_same_size_costs_nothing() -> None:
    assert arrange(BEFORE, AFTER, "painting", 0.5, (64, 48)) is AFTER


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("canvas", [(64, 48), (33, 200), (400, 32), (1600, 1000)])
def test_the_canvas_is_filled_whatever_its_shape(view: View, canvas: Size) -> None:
    picture = arrange(BEFORE, AFTER, view, 0.5, canvas)
    assert (picture.width, picture.height) == canvas


def test_what_is_around_is_black_and_the_picture_smooth() -> None:
    pixels = arrange(BEFORE, AFTER, "painting", 0.5, (400, 150)).pixels
    assert pixels[:, :100].max() == pixels[:, 300:].max() == 0
    steps = np.abs(np.diff(pixels[30, 100:300].astype(int), axis=0)).max()
    jump = np.abs(np.diff(AFTER.pixels[10].astype(int), axis=0)).max()
    assert steps < 0.8 * jump  # one edge, spread over several pixels


def test_side_by_side_uses_the_whole_width() -> None:
    pixels = arrange(BEFORE, AFTER, "beside", 0.5, (256, 100)).pixels
    np.testing.assert_allclose(pixels[10, 4], BEFORE.pixels[2, 2], atol=2)
    np.testing.assert_allclose(pixels[90, 252], AFTER.pixels[-3, -3], atol=2)
    assert pixels[50, [0, 127, 128, 255]].max(axis=1).min() > 0
    assert pixels[0].max() == pixels[-1].max() == 0  # 128x96 each


def test_places_in_the_window_are_places_in_the_picture() -> None:
    assert in_picture(Mouse("down", 0.5, 0.5), (64, 48), (128, 48)) == Mouse("down", 0.5, 0.5)
    assert in_picture(Mouse("down", 0.25, 0.0), (64, 48), (128, 48)).x == 0.0
    assert in_picture(Mouse("down", 0.0, 1.0), (64, 48), (128, 48)) == Mouse("down", -0.5, 1.0)


@pytest.mark.parametrize("count", [1, 2, 12, 13, 40])
@pytest.mark.parametrize("canvas", [(64, 48), (640, 480), (480, 640), (1920, 1080)])
def test_every_style_has_its_place_in_the_strip(canvas: Size, count: int) -> None:
    strip = Strip.on(canvas, (640, 480), count)
    for index in range(count):
        x, y = strip.place(index)
        assert 0 <= x <= canvas[0] - strip.cell[0]
        assert canvas[1] / 2 - 1 <= y <= canvas[1] - strip.cell[1]
        assert strip.style_at(x + strip.cell[0] / 2, y + strip.cell[1] / 2) == index
    assert strip.style_at(canvas[0] / 2, 1) is None
    assert strip.style_at(-1, canvas[1] - 1) is None


def test_the_strip_shows_what_is_painted_and_marks_the_chosen_one() -> None:
    frame = Frame(np.full((240, 400, 3), 128, np.uint8), 0, 0.0)
    strip = Strip.on((400, 240), (400, 240), 3)
    previews = [quadrant_card(80, 48), None, None]
    pixels = with_strip(frame, strip, previews, ["one", "two", "three"], 1).pixels
    np.testing.assert_array_equal(pixels[: strip.top], 128)
    x, y = strip.place(0)
    np.testing.assert_allclose(pixels[y + 5, x + 5], quadrant_card()[2, 2], atol=2)
    x, y = strip.place(1)
    assert pixels[y + 3, x + 30].min() == 255
    assert pixels[y + 20, x + 30].max() < 128
    assert frame.pixels.min() == 128


@pytest.mark.parametrize("size", [(64, 48), (320, 240), (640, 480), (480, 640), (1600, 1000)])
def test_the_help_fits_into_any_picture_and_names_the_styles(size: Size) -> None:
    frame = Frame(np.full((size[1], size[0], 3), 255, np.uint8), 0, 0.0)
    columns = help_columns(HELP, [f"style-{i}" for i in range(12)])
    assert columns[2][0] == ("1", "style-0")
    assert columns[2][9:] == [("0", "style-9"), ("", "style-10"), ("", "style-11")]
    assert [pair for column in columns[:2] for pair in column] == list(HELP)
    shown = with_panel(frame, columns).pixels
    rows, places = np.where(shown[:, :, 0] < 255)
    assert rows.min() > 0
    assert places.min() > 0
    assert rows.max() < size[1] - 1
    assert places.max() < size[0] - 1
    if size[0] >= 640:  # every column is written on, none runs over the edge of the panel
        middle = shown[rows.min() + 20 : rows.max() - 20]
        for place in (0.1, 0.5, 0.9):
            at = round(places.min() + place * (places.max() - places.min()))
            assert middle[:, at - 60 : at + 60].max() > 200


class Window(ListSink):
    """A window that is resized while it is open."""

    canvas: Size | None = None
    window_size: Size | None = None

    def set_fullscreen(self, on: bool) -> None:
        self.canvas = (1600, 1000) if on else (640, 480)


def test_a_window_of_any_size_gets_frames_that_fit() -> None:
    events: list[Event] = [Mouse("down", 0.25, 0.5), Key("m")]
    window = Window(events)
    fitted = LetterboxSink(window)
    fitted.show(BEFORE)
    window.canvas = (128, 48)
    fitted.show(BEFORE)
    assert [(frame.width, frame.height) for frame in window.frames] == [(64, 48), (128, 48)]
    assert fitted.poll() == (Mouse("down", 0.0, 0.5),)
    assert fitted.poll() == (Key("m"),)
    fitted.set_fullscreen(True)
    fitted.show(BEFORE)
    assert window.frames[-1].width == 1600
