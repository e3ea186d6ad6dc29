"""A live run over a camera that stalls, fails, goes away, comes back, and changes its size."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest

from realtime.errors import BadInputError, SourceError
from realtime.live.run import run_live
from realtime.settings import LiveSettings
from realtime.sources import open_source
from tests.clips import read_frames


def test_its_troubles_come_in_their_order() -> None:
    with open_source("faulty:size=64x48@0.3,error@0.6", size=(48, 32), rate_fps=50) as source:
        widths: list[int] = []
        with pytest.raises(SourceError, match=r"error of 0\.6 s"):
            widths.extend(frame.width for frame in source)
    assert widths[0] == 48
    assert widths[-1] == 64
    for width in (64, 48):  # the same camera, and then a new one
        with open_source("faulty:size=64x48@0.3,error@0.6", size=(48, 32), rate_fps=50) as again:
            assert next(iter(again)).width == width


def test_a_camera_that_is_gone_cannot_be_opened() -> None:
    with open_source("faulty:gone=60@0", size=(48, 32)) as source, pytest.raises(SourceError):
        next(iter(source))
    with pytest.raises(BadInputError, match="not there"):
        open_source("faulty:gone=60@0", size=(48, 32))


@pytest.mark.parametrize("address", ["", "error", "gone@3", "error=2@3", "size=9@1", "flood=1@2"])
def test_what_is_not_understood_is_said(address: str) -> None:
    with pytest.raises(BadInputError):
        open_source(f"faulty:{address}")


def test_a_recording_over_all_troubles_is_whole(tmp_path: Path) -> None:
    before = threading.active_count()
    for seconds in (3.5, 15.0, 60.0):  # on a busy machine the first frame comes late
        settings = LiveSettings(
            source=f"faulty:error@0.3,stall=0.3@0.8,size=48x32@1.2,gone=0.6@1.5,size=64x48@{seconds}",
            sink="video", out=tmp_path / "live.mp4", engine="identity", size=(64, 48),
            seconds=seconds, remembers=False,
        )  # fmt: skip
        outcome = run_live(settings, lambda line: None)
        assert outcome.result is not None
        frames = read_frames(outcome.result)
        assert len(frames) == outcome.report.frames
        times = [frame.pts_seconds for frame in frames]
        assert times == sorted(times)
        assert threading.active_count() == before
        if times[-1] > 2.2:  # the camera was away, and is back
            break
    assert times[-1] > 2.2
    assert max(late - early for early, late in pairwise(times)) > 0.5
