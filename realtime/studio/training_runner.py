"""Runs training jobs, each in a process of its own, and publishes every checkpoint."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from realtime.errors import EXIT_INTERRUPTED, BadInputError, PleinairError
from realtime.studio.settings import StudioSettings
from realtime.studio.training_jobs import SAVE_EVERY_SECONDS, START, TrainingJob, TrainingJobStore
from realtime.studio.training_material import Material, find_material
from realtime.studio.worker import Worker, how_it_ended

WORKER = ("-m", "realtime.studio.training_worker")
POLL_SECONDS = 0.5
LINE_BYTES = 4096
STEPS = re.compile(r"learning .*: step \d+/(\d+), ")
STAGE = re.compile(r"learning .*?: (?!step )(.*)")
"""Progress lines of a training run, see `train/progress.py`."""


class TrainingRunner:
    """Run one training job at a time.

    Args:
        settings: Of the studio.
        store: The jobs.
    """

    def __init__(self, settings: StudioSettings, store: TrainingJobStore) -> None:
        self.store = store
        self._settings = settings
        self._lock = threading.RLock()
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None
        self._current: TrainingJob | None = None
        self._ended = threading.Event()

    def material(self) -> Material:
        """Return the photographs and weights that there are for training."""
        return find_material(self._settings)

    def begin(self, job: TrainingJob) -> None:
        """Start or resume a job.

        Raises:
            BadInputError: another one is being learned, or something is missing.
        """
        with self._lock:
            material = self.require_ready()
            job.state, job.error = "learning", ""
            self.store.add(job)
            arguments = (*WORKER, *self.arguments(job, material))
            self.store.log(job).unlink(missing_ok=True)
            self._current = job
            self._worker = Worker(arguments, self.store.log(job), answers=False)
            self._thread = threading.Thread(target=self._watch, name="runner", daemon=True)
            self._thread.start()

    def require_ready(self) -> Material:
        """Return the training material, if a job can begin.

        Raises:
            BadInputError: another one is being learned, or something is missing.
        """
        with self._lock:
            if self._current is not None:
                raise BadInputError(
                    f"{self._current.style} is being learned: one at a time; stop it first"
                )
        material = self.material()
        if material.needs:
            raise BadInputError(" ".join(material.needs))
        return material

    def stop(self, job: TrainingJob) -> None:
        """Stop a job; its last checkpoint stays."""
        with self._lock:
            if job is self._current and self._worker is not None:
                self._worker.stop()

    def rename_style(self, job: TrainingJob, style: str) -> None:
        """Rename a style.

        Raises:
            BadInputError: it is being learned, or the name will not do.
        """
        with self._lock:
            self._require_stopped(job)
            self.store.rename_style(job, style)

    def remove(self, job: TrainingJob) -> None:
        """Delete a job and its style.

        Raises:
            BadInputError: it is being learned.
        """
        with self._lock:
            self._require_stopped(job)
            self.store.remove(job)

    def facts(self, job: TrainingJob) -> dict[str, Any]:
        """Return a consistent snapshot of a job, for the page."""
        with self._lock:
            has_preview = self.store.preview(job).is_file()
            return asdict(job) | {
                "seconds_left": job.seconds_left,
                "preview": self.store.preview(job).stat().st_mtime if has_preview else 0,
            }

    def arguments(self, job: TrainingJob, material: Material) -> list[str]:
        """Return the arguments of `pleinair` for a job."""
        assert material.photographs is not None
        assert material.vgg is not None
        return [
            "train", str(self.store.painting(job)), "--from", START,
            "--content", str(material.photographs), "--vgg", str(material.vgg),
            "--out", str(self.store.learned(job)), "--save-every", f"{SAVE_EVERY_SECONDS:g}",
            *job.options,
        ]  # fmt: skip

    def close(self) -> None:
        """Stop the job, which can be resumed."""
        self._ended.set()
        with self._lock:
            worker, thread = self._worker, self._thread
        if worker is not None:
            worker.stop()
            worker.close()
        if thread is not None:
            thread.join()

    def _require_stopped(self, job: TrainingJob) -> None:
        if job is self._current:
            raise BadInputError(f"{job.style} is being learned: stop it first")

    def _watch(self) -> None:
        job, worker = self._current, self._worker
        assert job is not None
        assert worker is not None
        before, first, started = job.seconds, job.step, time.monotonic()
        while worker.is_alive:
            with self._lock:
                self._note(job)
                if job.step == first:  # it loads, and measures how many steps fit
                    started = time.monotonic()
                job.seconds = before + time.monotonic() - started
            self._ended.wait(POLL_SECONDS)
        with self._lock:
            self._note(job)
            code = worker.wait()
            job.state = {0: "done", EXIT_INTERRUPTED: "stopped"}.get(code, "failed")  # type: ignore[assignment]
            if job.state == "failed":
                job.error = _last_error(self.store.log(job)) or how_it_ended(code)
            if self._ended.is_set():
                job.state = "stopped"
            with suppress(PleinairError):
                self.store.save(job)
            self._worker = self._current = None
        worker.close()

    def _note(self, job: TrainingJob) -> None:
        job.step = _last_step(self.store.learned(job).with_suffix(".jsonl"))
        said = _lines(self.store.log(job))
        planned = [int(found[1]) for line in said if (found := STEPS.search(line))]
        job.steps = planned[-1] if planned else job.steps
        stages = [found[1] for line in said[-1:] if (found := STAGE.fullmatch(line))]
        job.stage = stages[-1] if stages else ""
        if self.store.publish(job):
            with suppress(PleinairError):
                self.store.save(job)


def _last_step(metrics: Path) -> int:
    """Return how many steps a run took, by the last whole line of its metrics log."""
    try:
        with metrics.open("rb") as file:
            file.seek(max(0, metrics.stat().st_size - LINE_BYTES))
            lines = file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        return int(json.loads(whole[-1])["step"]) + 1
    except (OSError, ValueError, IndexError, KeyError):
        return 0


def _lines(log: Path) -> list[str]:
    try:
        return log.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _last_error(log: Path) -> str:
    """Return the last error message of `pleinair` in the log; empty: none."""
    said = [line for line in _lines(log) if line.startswith("pleinair: ")]
    return said[-1].removeprefix("pleinair: ") if said else ""
