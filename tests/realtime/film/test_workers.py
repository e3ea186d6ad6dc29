"""Worker processes end when the one that began them does, however that happens."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from tests.commands import is_alive, start_python

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


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with start_python(script) as parent:
        assert parent.stdout is not None
        workers = [psutil.Process(int(number)) for number in parent.stdout.readline().split()]
        assert len(workers) == 2
        assert all(map(is_alive, workers))
        parent.kill()
    deadline = time.monotonic() + 60
    while (left := list(filter(is_alive, workers))) and time.monotonic() < deadline:
        time.sleep(0.05)
    for worker in left:
        worker.kill()
    assert not left, "workers outlive their parent"
