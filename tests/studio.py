"""A studio in a process of its own, as `pleinair studio` starts it; Chromium and its camera."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import cv2
from playwright.sync_api import Browser, Playwright

from realtime.frame import Pixels
from realtime.network.bundle import save_bundle
from realtime.network.card import Card, StyleCredit, read_card
from realtime.network.registry import build_network, default_config
from tests.commands import start_python
from tests.helpers import FAST, not_here, until

FLAGS = ("--no-sandbox", "--use-fake-device-for-media-stream")
Answer = tuple[int, dict[str, Any]]
Body = bytes | Iterable[bytes] | None


class RunningStudio:
    """A studio on a free port of the loopback, with folders of its own."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home, self._options = home, options
        self.port = 0
        self.start()

    @property
    def folder(self) -> Path:
        return self.home / "data" / "pleinair" / "studio"

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text()

    def start(self) -> None:
        """Start it, on the same port again if it ran before."""
        self.process: subprocess.Popen[str] = start_python(
            "-m", "realtime", "studio", "--no-browser", "--port", self.port, *self._options,
            XDG_DATA_HOME=str(self.home / "data"), TORCH_HOME=str(self.home / "torch"),
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.search(r"http://[^/]+:(\d+)/", self.said)
        assert found, self.said + self.process.communicate()[1]
        self.port = int(found[1])

    def end(self, number: int = signal.SIGINT) -> None:
        """End it with a signal; after Ctrl-C it must end by itself, without a traceback."""
        self.process.send_signal(number)
        try:
            _, errors = self.process.communicate(timeout=30)
        finally:
            self.process.kill()
        if number == signal.SIGINT:
            assert self.process.returncode == 0, errors
            assert "Traceback" not in errors

    def ask(
        self, path: str, method: str = "GET", body: Body = None, **headers: str | None
    ) -> Answer:
        """Ask as its page does; a header that is None is left out."""
        status, data, _ = self.raw(path, method, body, **headers)
        return status, json.loads(data)

    def raw(
        self, path: str, method: str = "GET", body: Body = None, **headers: str | None
    ) -> tuple[int, bytes, dict[str, str]]:
        sent = {"x-pleinair-token": self.token, "origin": self.address}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}  # type: ignore[misc]
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        try:
            given = {name: value for name, value in sent.items() if value is not None}
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def drop(self, path: Path, name: str | None = None, **look: object) -> Answer:
        """Drop a file on the tab "Files"."""
        query = urlencode({"name": name or path.name, "look": json.dumps(look)})
        return self.ask(f"/api/files?{query}", "POST", path.read_bytes())

    def jobs(self) -> list[dict[str, Any]]:
        return list(self.ask("/api/files")[1]["jobs"])

    def job(self, name: str) -> dict[str, Any]:
        return next(job for job in self.jobs() if job["name"] == name)

    def wait_for(self, name: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until a job is as it should be."""
        return until(lambda: self.job(name), is_so)


@contextmanager
def running(home: Path, *options: str) -> Iterator[RunningStudio]:
    """Run a studio for the length of a block."""
    studio = RunningStudio(home, *options)
    try:
        yield studio
    finally:
        if studio.process.poll() is None:
            studio.end()


def with_small_network(home: Path) -> Path:
    """Let a studio find a small `fast`, which learns quickly and nothing nice; returns `home`."""
    path = home / "data" / "pleinair" / "styles" / "fast.safetensors"
    path.parent.mkdir(parents=True)
    write_small_network(path, (StyleCredit(name="calm"), StyleCredit(name="wild")))
    return home


def write_small_network(path: Path, styles: tuple[StyleCredit, ...] = ()) -> Path:
    """Write a bundle of the kind of `fast`, as small as can be, that has learned nothing.

    Its styles are those of `fast`, if none are given.
    """
    styles = styles or read_card(FAST).styles
    config = replace(default_config("fast", len(styles)), widths=(4, 4, 8), blocks=1)
    save_bundle(path, build_network(config), Card(config=config, styles=styles))
    return path


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Start Chromium; where there is none, skip, or with CI=true fail."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        not_here("needs Chromium (Debian's package chromium)")
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
