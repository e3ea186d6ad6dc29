"""`--jobs N`: several processes on this machine, each with an engine that uses all cores.

With a share of the cores each, engines would sum in another order and round differently: the result
would depend on which process painted what.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from realtime.errors import EXIT_BAD, EngineError
from realtime.film.executors import paint_one
from realtime.film.film import Film
from realtime.film.plan import Segment
from realtime.ports import Closing


class WorkerTasks(Closing):
    """Segments painted by worker processes (see `executors.Tasks`)."""

    def __init__(self, jobs: int) -> None:
        # Spawned, not forked: threads of engines and decoders do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(jobs, context, initializer=_begin_worker)

    def submit(self, film: Film, segment: Segment) -> Future[int]:
        """Submit a segment."""
        return self._pool.submit(paint_one, film, segment)

    def wait(self, handles: list[Future[int]], seconds: float) -> list[Future[int]]:
        """Wait until one is done."""
        return list(wait(handles, seconds, FIRST_COMPLETED).done)

    def result(self, handle: Future[int], film: Film, segment: Segment) -> int:
        """Return the damaged packets of a segment; the file is in the folder already."""
        del segment
        try:
            return handle.result()
        except BrokenProcessPool as exc:
            raise EngineError(
                f"a worker process died while {film.clip.name} was painted, perhaps for lack of "
                "memory: use fewer --jobs. The same command goes on where it stopped."
            ) from exc

    def stop(self) -> None:
        """End the workers at once; unfinished segments are painted again the next time."""
        for process in list(self._pool._processes.values()):
            process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End the idle workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Ignore Ctrl-C, and exit with the parent: one that is killed cannot tell its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(EXIT_BAD)  # at once: nothing waits for its result
