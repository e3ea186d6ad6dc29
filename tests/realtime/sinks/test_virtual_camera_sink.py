"""The virtual camera where there is none: CI has no v4l2loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime.errors import SinkError
from realtime.sinks import open_sink
from tests.helpers import make_frames

pytest.importorskip("pyvirtualcam")


@pytest.mark.skipif(any(Path("/dev").glob("video*")), reason="there may be a virtual camera here")
def test_without_one_it_says_how_to_get_one() -> None:
    with (
        open_sink("virtual_camera") as sink,
        pytest.raises(SinkError, match=r"no virtual camera to write to .*: "),
    ):
        sink.show(make_frames(1, 64, 48)[0])
