"""Fixtures and marks that every test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True)
def _same_random_numbers() -> None:
    torch.manual_seed(0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests for CUDA where there is none, unless FAIL_WITHOUT_CUDA says that it must be."""
    if torch.cuda.is_available() or os.environ.get("FAIL_WITHOUT_CUDA") == "1":
        return
    for item in items:
        if item.get_closest_marker("cuda"):
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))


def shared(folder: str) -> Path:
    """Return a folder of real data; where it is missing, skip, or with CI=true fail."""
    path = SHARED / folder
    if not path.is_dir():
        message = f"needs the real data of {path}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture
def shared_video() -> Path:
    return shared("data/video")


@pytest.fixture
def shared_content() -> Path:
    return shared("data/content_val")


@pytest.fixture
def shared_vgg() -> Path:
    return shared("vgg")


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """Start a virtual screen and return its DISPLAY."""
    server = shutil.which("Xvfb")
    if server is None:
        message = "needs Xvfb (Debian's package xvfb)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    number = 90 + os.getpid() % 400
    process = subprocess.Popen(
        [server, f":{number}", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 15
    while not Path(f"/tmp/.X11-unix/X{number}").exists():
        assert process.poll() is None, "Xvfb ended at once"
        assert time.monotonic() < deadline, "Xvfb does not answer"
        time.sleep(0.05)
    yield f":{number}"
    process.terminate()
    process.wait(10)
