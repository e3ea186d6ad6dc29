"""Worker processes end when the one that began them does, however that happens."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.commands import start_python

PARENT = """
import os, time
from realtime.film.workers import WorkerTasks
if __name__ == "__main__":
    tasks = WorkerTasks(2)
    workers = [tasks._pool.submit(os.getpid), tasks._pool.submit(time.sleep, 300)]
    workers[0].result()
    print(*tasks._pool._processes, flush=True)
    time.sleep(300)
"""


def is_alive(process: int) -> bool:
    """Whether it still runs; one that has ended and that nobody has asked about does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with start_python(script) as parent:
        assert parent.stdout is not None
        workers = [int(number) for number in parent.stdout.readline().split()]
        assert len(workers) == 2
        assert all(is_alive(worker) for worker in workers)
        parent.send_signal(signal.SIGKILL)
        parent.wait(30)
    deadline = time.monotonic() + 60
    while (
        left := [worker for worker in workers if is_alive(worker)]
    ) and time.monotonic() < deadline:
        time.sleep(0.05)
    for worker in left:
        os.kill(worker, signal.SIGKILL)
    assert not left, "workers outlive their parent"
