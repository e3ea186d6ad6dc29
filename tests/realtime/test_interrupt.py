import os
import signal
import threading
import time

from realtime.interrupt import run_interruptibly
from realtime.pipeline import Hooks
from tests.helpers import ONE_STYLE, InvertingEngine, ListSink, ListSource, make_frames


class Gate(threading.Event):
    """Nobody gets through before Ctrl-C was pressed and had time to work."""

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1.0)
            self.set()
        return True


def test_ctrl_c_ends_the_run_even_when_no_frame_comes() -> None:
    before = signal.getsignal(signal.SIGINT)
    sink = ListSink()
    interrupted, report = run_interruptibly(
        ListSource(make_frames(500)), InvertingEngine(gate=Gate()), sink,
        Hooks(look=lambda: ONE_STYLE),
    )  # fmt: skip
    assert interrupted
    assert report.frames == len(sink.frames) == 0
    assert sink.finished == 0
    assert signal.getsignal(signal.SIGINT) == before


def test_an_undisturbed_run_reports_as_usual() -> None:
    sink = ListSink()
    hooks = Hooks(look=lambda: ONE_STYLE)
    interrupted, report = run_interruptibly(
        ListSource(make_frames(9)), InvertingEngine(), sink, hooks
    )
    assert not interrupted
    assert report.frames == 9
    assert sink.finished == 1
