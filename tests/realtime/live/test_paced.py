import threading
import time

from realtime.live.paced import PacedSource
from tests.helpers import ListSource, make_frames


def test_frames_come_when_they_are_due() -> None:
    source = PacedSource(ListSource(make_frames(7)))
    started = time.monotonic()
    arrivals = [(frame.pts_seconds, time.monotonic() - started) for frame in source]
    assert source.live
    assert len(arrivals) == 7
    assert all(arrived >= due - 0.005 for due, arrived in arrivals)


def test_closing_ends_the_waiting() -> None:
    frames = make_frames(400)
    source = PacedSource(ListSource(frames))
    threading.Timer(0.2, source.close).start()
    assert len(list(source)) < 400
