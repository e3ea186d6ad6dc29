"""How the threads of this process are scheduled, after libraries had their say."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from realtime.machine import ordinary_scheduling
from tests.clips import noise, write_clip
from tests.film import copied

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux schedules like this")
REAL_TIME = {os.SCHED_FIFO, os.SCHED_RR} if sys.platform == "linux" else set()


def real_time_threads() -> list[int]:
    threads = [int(path.name) for path in Path("/proc/self/task").iterdir()]
    return [thread for thread in threads if os.sched_getscheduler(thread) in REAL_TIME]


def test_real_time_threads_become_ordinary_again() -> None:
    stop, started = threading.Event(), threading.Event()

    def wait() -> None:
        started.set()
        stop.wait()

    thread = threading.Thread(target=wait)  # inherits what its parent has
    try:
        with ordinary_scheduling():
            try:
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            except PermissionError:
                pytest.skip("only root may")
            thread.start()
            assert started.wait(20.0)
            assert len(real_time_threads()) == 2
        assert real_time_threads() == []
    finally:
        stop.set()
        if thread.is_alive():
            thread.join()


def test_a_policy_that_was_there_before_is_left_alone() -> None:
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pytest.skip("only root may")
    try:
        with ordinary_scheduling():
            pass
        assert os.sched_getscheduler(0) == os.SCHED_RR
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def test_a_film_in_av1_leaves_the_machine_to_others(tmp_path: Path) -> None:
    """SVT-AV1 makes its caller real-time where root runs it, and whatever is started later."""
    clip = write_clip(tmp_path / "in.mp4", noise(5))
    copied(clip, tmp_path / "out.webm", codec="av1")
    assert real_time_threads() == []
