"""Has what was dropped on the page painted, one file after the other, by a process of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from realtime.errors import BadInputError, PleinairError
from realtime.studio.child import Message
from realtime.studio.jobs import BEGUN, Job, JobStore, State
from realtime.studio.settings import StudioSettings
from realtime.studio.worker import Worker, WorkerDiedError

LOGGER = logging.getLogger(__name__)
WORKER = ("-m", "realtime.studio.painting_worker")
TOLD = frozenset({"kind", "width", "height", "seconds", "frames", "done", "fps", "notes", "result"})
"""What a worker tells of a job."""
STUCK_SECONDS = 20.0
"""A worker that does not stop for so long is ended: a decoder may never return."""
STOPPING: dict[str, State] = {"pause": "paused", "cancel": "cancelled"}


class Foreman:
    """Keeps one worker busy for as long as there is something to paint.

    Args:
        settings: Of the studio.
        store: The jobs; those that were not done when the program ended last go on.
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
        """What becomes of the job at hand when it has stopped."""
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="foreman", daemon=True)
        self._thread.start()

    def add(self, job: Job) -> None:
        """Have a job painted when its turn comes."""
        with self._changed:
            self.store.add(job)
            self._changed.notify_all()

    def again(self, job: Job, look: Message | None = None) -> None:
        """Go on with a job, or paint it in another look.

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
        """Forget a job and delete its files."""
        self.stop(job, "cancel")
        with self._changed:
            while job is self._current:
                self._changed.wait(0.1)
            self.store.remove(job)

    def facts(self, job: Job) -> Message:
        """Return all about a job, at one moment."""
        with self._changed:
            return asdict(job) | {"seconds_left": job.seconds_left}

    def close(self) -> None:
        """End the worker. What it was at goes on when the studio is opened again."""
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
            except PleinairError as exc:  # the disk does not take what is to be written down
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
                    # Pictures take a moment, and go before films; then the oldest.
                    waiting.sort(key=lambda job: (job.kind != "picture", job.asked))
                    job = self._current = waiting[0]
                    job.state, job.fps = "painting", 0.0
                    self.store.save(job)
                    return job
                self._changed.wait()
        return None

    def _paint(self, job: Job) -> None:
        worker = self._hired()
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
                    return  # the studio's own end: the job goes on with the next
                asked = self._asked
            end = {"state": asked} if asked else {"state": "failed", "error": _death(exc)}
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
            for key in TOLD & said.keys():
                setattr(job, key, said[key])

    def _kill(self, job: Job, worker: Worker) -> None:
        with self._changed:
            if job is self._current and worker is self._worker and self._asked is not None:
                worker.kill()

    def _hired(self) -> Worker:
        with self._changed:
            if self._worker is None or not self._worker.is_alive:
                if self._worker is not None:
                    with suppress(OSError):
                        self._worker.close()
                self._worker = Worker(WORKER, self._settings.folder / "worker.log")
            return self._worker

    def _machine(self) -> dict[str, str]:
        live = self._settings.live
        return {"engine": live.engine, "device": live.device, "precision": live.precision}


def begun(settings: StudioSettings, defer: Callable[[Callable[[], None]], object]) -> Foreman:
    """Open the jobs of a studio; `defer` is given what closes them."""
    foreman = Foreman(settings, JobStore(settings.folder / "jobs"))
    defer(foreman.close)
    return foreman


def _death(exc: WorkerDiedError) -> str:
    return (
        f"the process that painted it is gone ({exc}): perhaps the file is damaged, or memory ran "
        "out. What was painted is kept: go on, or remove it"
    )
