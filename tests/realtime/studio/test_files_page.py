"""The tabs "Files" and "Learn" in a real Chromium."""

from __future__ import annotations

import base64
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.clips import read_frames, write_clip, write_clip_with_sound
from tests.helpers import PATIENCE_SECONDS, quadrant_card, write_picture
from tests.studio import RunningStudio, chromium, running, with_small_network
from tests.train.tiny import write_painting, write_photographs

PATIENCE_MS = 1000 * PATIENCE_SECONDS
DROP = """async ({selector, name, type, data}) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, {type}));
  const place = document.querySelector(selector);
  for (const kind of ["dragover", "drop"]) {
    const event = {dataTransfer: carried, bubbles: true, cancelable: true};
    place.dispatchEvent(new DragEvent(kind, event));
  }
}"""
PICTURE_IN = "(v) => v.readyState >= 2 && [v.videoWidth, v.videoHeight]"
SOUND_IN = "(v) => v.webkitAudioDecodedByteCount"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


@pytest.fixture(scope="module")
def studio(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, vgg16: Path
) -> Iterator[RunningStudio]:
    home = with_small_network(tmp_path_factory.mktemp("home"))
    photographs = write_photographs(home / "photos")
    options = ("--engine", "identity", "--content", str(photographs), "--vgg", str(vgg16))
    with running(home, *options) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, studio: RunningStudio) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{studio.address}/#files")
    yield opened
    context.close()
    assert errors == []


def drop(page: Page, part: str, path: Path, kind: str) -> None:
    """Drop a file on a part of the page, as from a file manager."""
    data = base64.b64encode(path.read_bytes()).decode()
    page.evaluate(DROP, {"selector": part, "name": path.name, "type": kind, "data": data})


def test_a_clip_is_dropped_painted_played_and_saved(page: Page, tmp_path: Path) -> None:
    clip = write_clip_with_sound(tmp_path / "holiday.mp4", "aac")
    drop(page, "#files", clip, "video/mp4")
    card = page.get_by_role("article", name="holiday.mp4")
    expect(card.get_by_text("Painted")).to_be_visible(timeout=PATIENCE_MS)
    expect(card.locator(".facts")).to_contain_text(re.compile("64 . 48"))
    for what in ("Original", "Painting"):
        video = card.get_by_label(f"{what} of holiday.mp4")
        expect(video).to_be_visible()
        page.wait_for_function(PICTURE_IN, arg=video.element_handle())
        assert video.evaluate(PICTURE_IN) == [64, 48]
    painting = card.get_by_label("Painting of holiday.mp4")
    painting.evaluate("(v) => { v.muted = true; return v.play(); }")
    page.wait_for_function("(v) => v.currentTime > 0.3", arg=painting.element_handle())
    assert painting.evaluate(SOUND_IN) > 0
    original = card.get_by_label("Original of holiday.mp4")
    page.wait_for_function("(v) => v.currentTime > 0", arg=original.element_handle())
    with page.expect_download() as saving:
        card.get_by_role("link", name="Save").click()
    saving.value.save_as(tmp_path / "saved.mp4")
    assert saving.value.suggested_filename.startswith("holiday-")
    assert len(read_frames(tmp_path / "saved.mp4")) == 60


def test_a_photograph_is_chosen_and_removed_again(page: Page, tmp_path: Path) -> None:
    path = write_picture(tmp_path / "portrait.png", quadrant_card(48, 64))
    page.get_by_label("Style").select_option(label="scream")
    page.get_by_label("Strength").fill("0.5")
    page.set_input_files("#files-input", path)
    card = page.get_by_role("article", name="portrait.png")
    painting = card.get_by_role("img", name="Painting of portrait.png")
    expect(painting).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_function("(i) => i.naturalHeight === 64", arg=painting.element_handle())
    expect(card.locator(".facts")).to_contain_text("scream, strength 50 %")
    card.get_by_text("The same by command").click()
    expect(card.locator("code")).to_have_text(
        "pleinair image portrait.png --style scream --strength 0.5"
    )
    page.get_by_label("Style").select_option(label="mosaic")
    card.get_by_role("button", name="Paint again").click()
    expect(card.locator(".facts")).to_contain_text("mosaic")
    card.get_by_role("button", name="Remove").click()
    card.get_by_role("button", name="Delete both files?").click()
    expect(card).to_have_count(0)


def test_what_is_refused_is_said_in_a_sentence(page: Page, tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("only words")
    drop(page, "#files", tmp_path / "notes.mp4", "video/mp4")
    expect(page.locator(".notice")).to_contain_text("notes.mp4: this is a text, expected a")
    expect(page.locator(".uploading")).to_have_count(0)


def test_a_film_goes_on_after_page_and_program_were_closed(
    browser: Browser, tmp_path: Path
) -> None:
    card_px = quadrant_card(160, 120)
    # Painted by a real network at 480 lines: long enough, on any machine, to be seen and stopped.
    pictures = [np.ascontiguousarray(np.roll(card_px, i, axis=1)) for i in range(400)]
    clip = write_clip(tmp_path / "long.mp4", pictures)
    with running(tmp_path / "home", "--engine", "torch") as studio:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{studio.address}/#files")
        page.set_input_files("#files-input", clip)
        card = page.get_by_role("article", name="long.mp4")
        expect(card.locator(".status")).to_contain_text(
            re.compile(r"Painting.+\d{2,} of 400 frames.+[\d.]+ fps.+\d+ s left"),
            timeout=PATIENCE_MS,
        )  # fmt: skip
        expect(card.get_by_role("progressbar")).to_be_visible()
        card.get_by_role("button", name="Pause").click()
        expect(card.locator(".status")).to_contain_text("Paused", timeout=PATIENCE_MS)
        card.get_by_role("button", name="Go on").click()
        expect(card.locator(".status")).to_contain_text("fps", timeout=PATIENCE_MS)
        studio.end(signal.SIGKILL)
        expect(page.get_by_role("alert").first).to_contain_text(
            "does not answer", timeout=PATIENCE_MS
        )
        studio.start()
        expect(card.get_by_label("Painting of long.mp4")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("alert")).to_have_count(0)
        context.close()


def test_a_file_that_is_too_large_is_refused_in_the_page(page: Page) -> None:
    """A picture of 101 MB, which the page makes itself."""
    page.evaluate("""() => {
      const head = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      const parts = [head, new Uint8Array(101 * 2 ** 20)];
      const carried = new DataTransfer();
      carried.items.add(new File(parts, "huge.png", {type: "image/png"}));
      const event = new DragEvent("drop", {dataTransfer: carried, bubbles: true});
      document.querySelector("#files").dispatchEvent(event);
    }""")
    expect(page.locator(".notice")).to_contain_text(
        re.compile("huge.png: .*(larger than 100 MB|too large)"), timeout=PATIENCE_MS
    )


def test_a_painting_is_dropped_and_becomes_a_style(
    page: Page, studio: RunningStudio, tmp_path: Path
) -> None:
    painting = write_painting(tmp_path / "Evening Glow.png", (20, 60, 220))
    page.get_by_role("tab", name="Learn").click()
    begin = page.get_by_role("button", name="Learn", exact=True)
    expect(begin).to_be_disabled()
    drop(page, "#learn", painting, "image/png")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("evening-glow")
    name.fill("Dusk over it")
    begin.click()
    card = page.get_by_role("article", name="dusk-over-it")
    expect(card.get_by_role("img", name="Photographs, and what the style")).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(card.locator(".status")).to_contain_text("steps", timeout=PATIENCE_MS)
    expect(begin).to_be_disabled()
    expect(card.get_by_role("button", name="Paint with it")).to_be_visible(timeout=PATIENCE_MS)
    card.get_by_role("button", name="Stop: I like it").click()
    expect(card.locator(".status")).to_contain_text("Stopped", timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Files").click()
    options = page.get_by_label("Style").locator("option", has_text="dusk-over-it")
    expect(options).to_have_count(1)
    page.get_by_role("tab", name="Learn").click()
    card.get_by_role("button", name="Rename").click()
    card.get_by_label("New name of the style").fill("evening")
    card.get_by_role("button", name="Call it so").click()
    expect(card.locator("h2")).to_have_text("evening", timeout=PATIENCE_MS)
    card.get_by_role("button", name="Paint with it").click()
    expect(page.get_by_role("tab", name="Live")).to_have_attribute("aria-selected", "true")
    page.wait_for_function("() => pleinair.live.state?.styles.evening === 1")


def test_without_material_the_page_says_what_is_needed(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path / "home", "--engine", "identity") as studio:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{studio.address}/#learn")
        needs = page.get_by_label("What is needed")
        expect(needs.get_by_role("listitem")).to_have_count(2)
        expect(needs).to_contain_text("fetches nothing by itself")
        painting = write_painting(tmp_path / "a.png", (1, 2, 3))
        drop(page, "#learn", painting, "image/png")
        expect(page.get_by_role("button", name="Learn", exact=True)).to_be_disabled()
        photographs = sorted(write_photographs(tmp_path / "photos").iterdir())
        page.set_input_files("input[multiple][accept='image/*']", photographs)
        expect(needs.get_by_role("listitem")).to_have_count(1)
        context.close()
