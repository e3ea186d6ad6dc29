from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from tests.realtime.arbitrary_style.test_texture import hatching


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    """A small painting under a name that says something."""
    path = tmp_path / "My Hatching.png"
    assert cv2.imwrite(str(path), hatching(8, 30))
    return path
