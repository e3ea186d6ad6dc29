from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import write_picture
from tests.realtime.arbitrary_style.test_texture import hatching


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    """A small painting under a name that says something."""
    return write_picture(tmp_path / "My Hatching.png", hatching(8, 30))
