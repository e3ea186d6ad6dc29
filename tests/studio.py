"""A studio as a process of its own, a real browser, and a camera file for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, Playwright

from realtime.frame import Pixels
from realtime.network.card import read_card
from realtime.network.library import SHIPPED
from tests.studio_server import write_small_network

ROOT = Path(__file__).parents[1]
FLAGS = ("--no-sandbox", "--use-fake-device-for-media-stream")
START_SECONDS = 60.0


@dataclass
class Server:
    """A studio that runs."""

    process: subprocess.Popen[str]
    address: str
    """With a slash at its end."""
    folder: Path
    said: list[str]
    """What it printed."""

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])

    @property
    def origin(self) -> str:
        return self.address.rstrip("/")

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text()


@contextmanager
def studio(folder: Path, *options: str, port: int = 0) -> Iterator[Server]:
    """Run `pleinair studio` until the block ends; it must then end by itself, without a word."""
    command = [
        sys.executable, "-m", "realtime", "studio", "--no-browser", "--port", str(port),
        "--folder", str(folder), "--engine", "openvino", *options,
    ]  # fmt: skip
    env = os.environ | {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(folder / "data")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
        cwd=folder.parent,
    ) as process:  # fmt: skip
        said: list[str] = []
        opened = threading.Event()

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if "the studio is open" in line:
                    opened.set()
            opened.set()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            assert opened.wait(START_SECONDS), said
            found = re.search(r"open: (http://\S+)", "".join(said))
            assert found, said
            yield Server(process, found[1], folder, said)
        finally:
            if process.poll() is None:
                process.send_signal(2)
                try:
                    assert process.wait(30) == 0, said
                finally:
                    process.kill()
            thread.join(10)


def write_small_bundle(path: Path) -> None:
    """Write a network with the styles of `fast`, by name, that paints at once and nothing nice."""
    write_small_network(path, read_card(SHIPPED / "fast.safetensors").styles)


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Start Chromium; where there is none, skip, or with CI=true fail."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        message = "needs Chromium (Debian's package chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
    try:
        yield browser
    finally:
        browser.close()


def write_camera(path: Path, pictures: list[Pixels]) -> None:
    """Write pictures, RGB uint8 (H, W, 3), as the file that Chromium plays as its fake camera."""
    height, width = pictures[0].shape[:2]
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            file.write(b"FRAME\n" + cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes())
