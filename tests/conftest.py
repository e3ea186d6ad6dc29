"""Fixtures and marks that every test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Several tests at once: one thread each, and one for each process that they start.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from tests import made
from tests.helpers import not_here

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


NOT_HERE = f"real clips, photographs, paintings and weights are expected in {SHARED}"


def skip_file_without_shared() -> None:
    """Skip a whole file, in a line, where the real data is missing; with CI=true go on to fail."""
    if not SHARED.is_dir() and os.environ.get("CI") != "true":
        pytest.skip(NOT_HERE, allow_module_level=True)


@pytest.fixture(scope="session")
def photographs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve photographs, made: parts of the landscape, lying and upright."""
    return made.write_photographs(tmp_path_factory.mktemp("made") / "photographs")


@pytest.fixture(scope="session")
def clips_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips, made: see `made.write_clips`."""
    return made.write_clips(tmp_path_factory.mktemp("made") / "clips")


@pytest.fixture(scope="session")
def vgg_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with VGG-19 up to conv3_4, its weights random."""
    return made.write_vgg(tmp_path_factory.mktemp("made") / "vgg")


@pytest.fixture(scope="session")
def vgg16(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with VGG-16's convolutions as torchvision stores them, random."""
    return made.write_vgg16(tmp_path_factory.mktemp("made") / "vgg16.pth")


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """Start a virtual screen and return its DISPLAY."""
    server = shutil.which("Xvfb")
    if server is None:
        not_here("needs Xvfb (Debian's package xvfb)")
    reader, writer = os.pipe()
    # The server takes a free number, and writes it down when it is ready.
    with subprocess.Popen(
        [server, "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp",
         "-noreset"],
        pass_fds=(writer,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        os.close(writer)
        with os.fdopen(reader) as said:
            number = said.readline().strip()
        assert number, "Xvfb ended at once"
        yield f":{number}"
        process.terminate()
