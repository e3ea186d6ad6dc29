"""Job queue of dropped files: one worker process paints them one after the other."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import asdict

from realtime.errors import BadInputError, PleinairError
from realtime.settings import FASTEST
from realtime.studio.jobs import BEGUN, Job, JobStore, State
from realtime.studio.settings import StudioSettings
from realtime.studio.worker import Worker, WorkerDiedError
from realtime.studio.worker_process import Message

LOGGER = logging.getLogger(__name__)
WORKER = ("-m", "realtime.studio.painting_worker")
REPORTED = frozenset(
    {"kind", "width", "height", "seconds", "frames", "done", "fps", "notes", "result"}
)
"""Fields of a job that the worker reports."""
STUCK_SECONDS = 20.0
"""A worker that has not stopped after so long is killed: a decoder may never return."""
STOPPING: dict[str, State] = {"pause": "paused", "cancel": "cancelled"}


class PaintingQueue:
    """Run the painting jobs of a studio in a worker process.

    Args:
        settings: Of the studio.
        store: The jobs; those that an earlier run left undone are resumed.
    """

    def __init__(
        self, settings: StudioSettings, store: JobStore, *, stuck_seconds: float = STUCK_SECONDS
    ) -> None:
        self.store = store
        self._stuck_seconds = stuck_seconds
        self._settings = settings
        self._changed = threading.Condition()
        self._worker: Worker | None = None
        self._current: Job | None = None
        self._asked: State | None = None
        """The state of the current job once it has stopped."""
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="queue", daemon=True)
        self._thread.start()

    def add(self, job: Job) -> None:
        """Append a job to the queue."""
        with self._changed:
            self.store.add(job)
            self._changed.notify_all()

    def resume(self, job: Job, look: Message | None = None) -> None:
        """Resume a job, or paint it in another look.

        Raises:
            BadInputError: it is being painted.
        """
        with self._changed:
            if job.state in BEGUN:
                raise BadInputError(f"{job.title} is being painted: pause or cancel it first")
            if look is not None and look != job.look:
                job.look, job.done = look, 0
            job.state, job.error = "waiting", ""
            self.store.add(job)
            self._changed.notify_all()

    def stop(self, job: Job, how: str) -> None:
        """Pause or cancel a job; what is painted of a film is kept until the job is removed.

        Args:
            job: Waiting or being painted; any other stays as it is.
            how: `pause` or `cancel`.
        """
        with self._changed:
            if job is self._current:
                self._asked = STOPPING[how]
                if self._worker is not None:
                    self._worker.stop()
                    late = threading.Timer(self._stuck_seconds, self._kill, (job, self._worker))
                    late.daemon = True
                    late.start()
            elif job.state == "waiting":
                job.state = STOPPING[how]
                self.store.save(job)

    def remove(self, job: Job) -> None:
        """Delete a job and its files."""
        self.stop(job, "cancel")
        with self._changed:
            while job is self._current:
                self._changed.wait(0.1)
            self.store.remove(job)

    def facts(self, job: Job) -> Message:
        """Return a consistent snapshot of a job, for the page."""
        with self._changed:
            return asdict(job) | {"seconds_left": job.seconds_left}

    def close(self) -> None:
        """Stop the worker. The current job is resumed when the studio is opened again."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            worker = self._worker
        if worker is not None:
            worker.end()
        self._thread.join()
        if worker is not None:
            worker.close()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._paint(job)
            except PleinairError as exc:  # the record cannot be written: the disk is full
                job.state, job.error = "failed", str(exc)
            with self._changed:
                self._current, self._asked = None, None
                self._changed.notify_all()

    def _next(self) -> Job | None:
        """Wait for a job; None at the end."""
        with self._changed:
            while not self._ended:
                waiting = [job for job in self.store if job.state == "waiting"]
                if waiting:
                    # Pictures are quick, and go before films; then the oldest first.
                    waiting.sort(key=lambda job: (job.kind != "picture", job.asked))
                    job = self._current = waiting[0]
                    job.state, job.fps = "painting", 0.0
                    self.store.save(job)
                    return job
                self._changed.wait()
        return None

    def _paint(self, job: Job) -> None:
        worker = self._ready_worker()
        task = {
            "do": "paint",
            "original": str(self.store.original(job)),
            "look": job.look,
            "machine": self._machine(),
            "limits": asdict(self._settings.limits),
        }
        with self._changed:
            if self._asked is not None:  # while the process started
                job.state = self._asked
                self.store.save(job)
                return
        try:
            end = worker.run(task, lambda said: self._note(job, said))
        except WorkerDiedError as exc:
            with self._changed:
                if self._ended:
                    return  # the studio ended it: the next run resumes the job
                asked = self._asked
            end = {"state": asked} if asked else {"state": "failed", "error": _death_message(exc)}
            worker.close()
        self._finish(job, end)

    def _finish(self, job: Job, end: Message) -> None:
        with self._changed:
            self._note(job, end)
            job.state = self._asked or "paused" if end["state"] == "stopped" else end["state"]
            folder = str(self.store.path(job))
            # Errors name the file that they are about; the user knows it by another name.
            error = str(end.get("error", "")).replace(f"{folder}/original", job.title)
            job.error = error.replace(folder, "the studio's folder")
            if job.state == "done" and job.frames is not None:
                job.done = job.frames
            self.store.save(job)

    def _note(self, job: Job, said: Message) -> None:
        with self._changed:
            for key in REPORTED & said.keys():
                setattr(job, key, said[key])

    def _kill(self, job: Job, worker: Worker) -> None:
        with self._changed:
            if job is self._current and worker is self._worker and self._asked is not None:
                worker.kill()

    def _ready_worker(self) -> Worker:
        with self._changed:
            if self._worker is None or not self._worker.is_alive:
                if self._worker is not None:
                    with suppress(OSError):
                        self._worker.close()
                self._worker = Worker(WORKER, self._settings.folder / "worker.log")
            return self._worker

    def _machine(self) -> dict[str, str]:
        live = self._settings.live
        # Nobody waits for each frame of a file: it is painted as `pleinair video` does by default.
        precision = "auto" if live.precision == FASTEST else live.precision
        return {"engine": live.engine, "device": live.device, "precision": precision}


def _death_message(exc: WorkerDiedError) -> str:
    return (
        f"the process that painted it is gone ({exc}): perhaps the file is damaged, or memory ran "
        "out. What was painted is kept: go on, or remove it"
    )
