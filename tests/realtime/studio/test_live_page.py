"""The live page in a real Chromium with its fake camera: a card of four colours that moves."""

from __future__ import annotations

import base64
import io
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Download,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from realtime.frame import Pixels
from tests.helpers import quadrant_card
from tests.studio import RunningStudio, chromium, running, write_camera, write_small_network

PATIENCE_MS = 40_000
WIDTH, HEIGHT = 320, 240
LIT = ".stage.lit:not(.veiled)"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("camera") / "card.y4m"
    write_camera(path, [moved(quadrant_card(WIDTH, HEIGHT), step) for step in range(10)])
    return path


def moved(card: Pixels, step: int) -> Pixels:
    """A small white square goes down the middle of the card."""
    picture = card.copy()
    picture[20 * step : 20 * step + 10, WIDTH // 2 - 5 : WIDTH // 2 + 5] = 255
    return picture


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    folder = tmp_path_factory.mktemp("studio")
    bundle = write_small_network(folder / "small.safetensors")
    with running(folder, "--engine", "openvino", "--bundle", str(bundle)) as studio:
        yield studio


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, camera: Path) -> Iterator[Browser]:
    with chromium(
        playwright, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={camera}"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, server: RunningStudio) -> Iterator[Page]:
    """One page for all tests of this file that paints the camera."""
    with closing(browser.new_context(viewport={"width": 1000, "height": 700})) as context:
        yield opened(context, server)


def opened(context: BrowserContext, server: RunningStudio) -> Page:
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(server.address)
    page.on("pageerror", lambda error: pytest.fail(f"the page failed: {error}"))
    start_camera(page)
    return page


def start_camera(page: Page) -> None:
    """Choose the camera, unless the page has begun with it by itself."""
    button = page.get_by_role("button", name="The browser's camera")
    page.locator(LIT).or_(button).first.wait_for()
    if button.is_visible():
        button.click()
    page.wait_for_selector(LIT)


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("pleinair.live.state")
    return found


def wait_for(page: Page, condition: str) -> None:
    """Wait until a condition on `live`, in JavaScript, is true."""
    page.wait_for_function(f"() => {{ const live = pleinair.live; return {condition}; }}")


def wait_for_paintings(page: Page, count: int) -> None:
    begun = page.evaluate("pleinair.live.painted")
    wait_for(page, f"live.painted >= {begun + count}")


def painting(page: Page) -> Pixels:
    """What is on the canvas, RGB (H, W, 3)."""
    coded = page.evaluate("pleinair.live.stage.canvas.toDataURL('image/png')").partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(coded))) as picture:
        return np.array(picture.convert("RGB"))


def still_painting(page: Page) -> Pixels:
    """Wait until what was on its way to the canvas has come, and no more changes."""
    before = painting(page)
    for _ in range(20):
        wait_for_paintings(page, 8)
        now = painting(page)
        if np.array_equal(before, now):
            return now
        before = now
    pytest.fail("the frozen picture never stood still")


def test_the_camera_is_painted_in_its_own_size(page: Page) -> None:
    wait_for_paintings(page, 3)
    picture = painting(page)
    assert picture.shape[1] / picture.shape[0] == pytest.approx(WIDTH / HEIGHT, rel=0.01)
    tile = page.locator(f".tile[data-style={state(page)['main']}]")
    expect(tile).to_have_attribute("aria-pressed", "true")


def test_without_strength_the_colours_are_the_cameras(page: Page) -> None:
    strength = page.get_by_role("slider", name="Strength")
    strength.focus()
    page.keyboard.press("Home")
    expect(strength).to_have_attribute("aria-valuetext", "0 %")
    page.get_by_role("button", name="Mirror").click()
    wait_for(page, "live.state.strength === 0 && live.state.mirror === false")
    page.wait_for_timeout(500)  # the fade
    wait_for_paintings(page, 2)
    picture = painting(page)
    height, width = picture.shape[:2]
    card = quadrant_card(width, height).astype(int)
    for y in (height // 4, 3 * height // 4):
        for x in (width // 8, 7 * width // 8):
            assert np.abs(picture[y, x] - card[y, x]).max() < 16
    page.get_by_role("button", name="Mirror").click()
    wait_for(page, "live.state.mirror === true")
    wait_for_paintings(page, 2)
    assert np.abs(painting(page)[height // 4, width // 8] - card[height // 4, -1]).max() < 16
    strength.focus()
    page.keyboard.press("End")
    wait_for(page, "live.state.strength === 1")


def test_a_style_is_chosen_by_its_picture(page: Page) -> None:
    wait_for(page, "[...document.querySelectorAll('.tile img')].every(i => i.naturalWidth > 0)")
    tile = page.get_by_role("button", name="Scream")
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "true")
    assert state(page)["styles"] == {"scream": 1.0}
    expect(page.locator(".command code")).to_contain_text("--style scream --mirror")


def test_the_wall_is_painted_of_what_the_camera_sees(page: Page) -> None:
    image = page.locator(".tile[data-style=scream] img")
    before = image.get_attribute("src")
    page.wait_for_function(
        "old => document.querySelector('.tile[data-style=scream] img').src !== old", arg=before
    )


def test_strokes_colours_and_freezing_are_turned(page: Page) -> None:
    page.get_by_role("slider", name="Strokes").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Colours").click()
    wait_for(page, "live.state.stroke === 2 && live.state.keep_colours")
    command = page.locator(".command code")
    expect(command).to_contain_text("--stroke 2 --keep-colours")
    page.get_by_role("button", name="Freeze").click()
    wait_for(page, "live.state.frozen")
    held = still_painting(page)
    wait_for_paintings(page, 8)
    changed = np.abs(painting(page).astype(int) - held)
    assert not changed.any(), f"{(changed > 0).mean():.1%} changed, by up to {changed.max()}"
    page.get_by_role("button", name="Freeze").click()
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("slider", name="Strokes").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    wait_for(page, "live.state.stroke === 1 && !live.state.keep_colours && !live.state.frozen")


def test_before_and_after_are_divided_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Before | after").click()
    divider = page.get_by_role("slider", name="Divider")
    divider.focus()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "52")
    expect(page.locator("canvas.before")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator("canvas.before")).to_be_hidden()


def test_keys_do_what_they_do_in_the_live_window(page: Page) -> None:
    page.get_by_role("heading", name="Styles").click()
    page.keyboard.press("1")
    wait_for(page, "live.state.main === 'starry-night'")
    page.keyboard.press("ArrowRight")
    wait_for(page, "live.state.main === 'starry-sky'")
    page.keyboard.press("ArrowDown")
    wait_for(page, "live.state.strength === 0.9")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("o")
    expect(page.locator(".figures")).to_be_hidden()
    page.keyboard.press("o")
    expect(page.locator(".figures")).to_be_visible()
    page.keyboard.press("h")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_four_styles_are_mixed_in_a_square(page: Page) -> None:
    page.get_by_role("button", name="Mix four styles").click()
    page.get_by_role("button", name="Mosaic").last.click()  # into the marked corner
    page.get_by_role("slider", name="Mix: from left to right").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    wait_for(page, "live.state.styles.mosaic > 0.35 && live.state.styles['starry-sky'] > 0.55")
    expect(page.locator(".command code")).to_contain_text("--style starry-sky:0.6,mosaic:0.4")
    box = page.locator(".square").bounding_box()
    assert box is not None
    page.locator(".point").hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    wait_for(page, "Object.keys(live.state.styles).length === 4")
    page.get_by_role("button", name="Mix four styles").click()
    page.get_by_role("button", name="Udnie").click()
    wait_for(page, "live.state.main === 'udnie'")


def test_holding_the_rate_goes_on_painting(page: Page) -> None:
    page.get_by_role("button", name="Hold the rate").click()
    wait_for(page, "live.state.hold")
    wait_for_paintings(page, 5)
    expect(page.locator(".command code")).to_contain_text("--fps 30")
    page.get_by_role("button", name="Hold the rate").click()
    wait_for(page, "!live.state.hold")
    wait_for_paintings(page, 5)
    expect(page.locator(".command code")).not_to_contain_text("--fps")


def test_the_figures_say_what_paints(page: Page) -> None:
    page.locator(".figures").click()
    sheet = page.get_by_role("dialog", name="Figures")
    expect(sheet).to_contain_text("openvino")
    expect(sheet.locator("li").first).not_to_be_empty()
    assert page.evaluate("pleinair.live.figures.now.pageP95") > 0
    sheet.get_by_role("button", name="Close").click()


def saved(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def test_a_snapshot_holds_both_versions(page: Page, tmp_path: Path) -> None:
    with page.expect_download() as awaited:
        page.keyboard.press("s")
    with Image.open(saved(awaited.value, tmp_path)) as picture:
        assert picture.format == "PNG"
        size = picture.size
        original = np.asarray(picture.convert("RGB"))[:, : size[0] // 2]
    canvas = "pleinair.live.stage.canvas"
    width, height = page.evaluate(f"[{canvas}.width, {canvas}.height]")
    assert size == (2 * width, height)
    card = quadrant_card(width, height)[:, ::-1]
    place = height // 4, width // 8
    assert np.abs(original[place].astype(int) - card[place]).max() < 16


def test_a_recording_has_pictures_sound_and_a_length(page: Page, tmp_path: Path) -> None:
    page.keyboard.press("r")
    expect(page.locator(".record")).to_have_attribute("aria-pressed", "true")
    wait_for(page, "live.recorder.chunks.length >= 3")
    with page.expect_download() as awaited:
        page.keyboard.press("r")
    with av.open(str(saved(awaited.value, tmp_path))) as clip:
        assert clip.duration is not None
        assert clip.duration > 1_500_000  # microseconds
        assert sum(1 for _ in clip.decode(video=0)) > 1
        clip.seek(0)
        loudest = max(float(np.abs(f.to_ndarray()).max()) for f in clip.decode(audio=0))
        assert loudest > 0.01  # the fake microphone beeps


def test_the_landscape_is_painted_too(page: Page) -> None:
    page.get_by_role("button", name="What is painted").click()
    page.get_by_role("button", name="A painted landscape").click()
    page.wait_for_selector(LIT)
    wait_for_paintings(page, 3)
    assert painting(page).shape == (480, 640, 3)
    expect(page.locator(".command code")).to_contain_text("--source synthetic")
    page.keyboard.press("b")
    wait_for(page, "live.subject.before != null")
    page.keyboard.press("b")
    page.get_by_role("button", name="What is painted").click()
    page.get_by_role("button", name="The browser's camera").click()
    page.wait_for_selector(LIT)


def test_a_second_tab_is_told_and_can_take_over(page: Page, server: RunningStudio) -> None:
    second = page.context.new_page()
    second.goto(server.address)
    here = second.get_by_role("button", name="Paint here")
    expect(second.get_by_role("alert")).to_contain_text("another tab")
    wait_for_paintings(page, 2)
    here.click()
    start_camera(second)
    wait_for_paintings(second, 3)
    expect(page.get_by_role("alert")).to_contain_text("another tab")
    second.close()
    page.get_by_role("button", name="Paint here").or_(
        page.get_by_role("button", name="The browser's camera")
    ).first.click()
    start_camera(page)
    wait_for_paintings(page, 3)


def test_it_goes_on_after_the_program_was_killed_and_started_again(
    browser: Browser, tmp_path: Path
) -> None:
    with (
        closing(browser.new_context()) as context,
        running(tmp_path, "--engine", "openvino") as studio,
    ):
        page = opened(context, studio)
        page.get_by_role("button", name="Mona lisa").click()
        wait_for(page, "live.state.main === 'mona-lisa'")
        studio.end(signal.SIGKILL)
        expect(page.get_by_role("alert")).to_contain_text("Start it again")
        studio.start()
        page.wait_for_selector(LIT)
        wait_for_paintings(page, 3)
        wait_for(page, "live.state.main === 'mona-lisa'")


def test_a_browser_without_a_camera_says_so_and_paints_the_landscape(
    server: RunningStudio, playwright: Playwright
) -> None:
    no_camera = "--use-fake-device-for-media-stream=device-count=0"
    with chromium(playwright, "--use-fake-ui-for-media-stream", no_camera) as browser:
        page = browser.new_page()
        page.goto(server.address)
        page.set_default_timeout(PATIENCE_MS)
        take_over(page)
        page.get_by_role("button", name="The browser's camera").or_(
            page.get_by_role("button", name="Try again")
        ).first.click()
        expect(page.get_by_role("alert")).to_contain_text("no camera")
        page.get_by_role("button", name="A painted landscape").click()
        page.wait_for_selector(LIT)


def test_a_refused_permission_has_its_sentence_and_its_way_back(
    server: RunningStudio, playwright: Playwright
) -> None:
    with chromium(playwright, "--deny-permission-prompts") as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(server.address)
        take_over(page)
        page.get_by_role("button", name="The browser's camera").click()
        expect(page.get_by_role("alert")).to_contain_text("Allow it")
        expect(page.get_by_role("button", name="Try again")).to_be_enabled()


def take_over(page: Page) -> None:
    """Take the engine from another tab, if one has it."""
    here = page.get_by_role("button", name="Paint here")
    page.locator(".card button").first.wait_for()
    if here.is_visible():
        here.click()
