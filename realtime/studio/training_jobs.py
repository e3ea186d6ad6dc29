"""Training jobs of the studio and the bundles they made; kept on disk across restarts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from realtime.errors import BadInputError
from realtime.folders import replace_whole
from realtime.network.card import require_style_name, style_name_of
from realtime.network.library import find_bundles, user_folder
from realtime.studio.records import Record, RecordStore

Manner = Literal["quick", "thorough"]
MINUTES: dict[Manner, float] = {"quick": 5.0, "thorough": 60.0}
MOST_MINUTES = 24 * 60.0
START = "fast"
SAVE_EVERY_SECONDS = 5.0


@dataclass
class TrainingJob(Record):
    """A painting and the training of its style; the folder has the job's name."""

    file_name = "lesson.json"
    since_field = "begun"

    style: str
    """What the style is called, and its bundle."""
    manner: Manner = "quick"
    minutes: float = MINUTES["quick"]
    state: Literal["learning", "stopped", "done", "failed"] = "learning"
    begun: float = 0.0
    """In seconds since 1970: the newest comes first."""
    seconds: float = 0.0
    """How long it has trained so far."""
    step: int = 0
    steps: int = 0
    """How many there will be; 0: not known yet."""
    stage: str = ""
    """What is done before the first step, in a few words."""
    version: float = 0.0
    """Time of the bundle that is shown, in seconds since 1970; 0: there is none yet."""
    error: str = ""

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the pace so far; None: not known, or it is not training."""
        if self.state != "learning" or not self.step or not self.steps or not self.seconds:
            return None
        return max(0, self.steps - self.step) * self.seconds / self.step

    @property
    def options(self) -> list[str]:
        """Return the options of `pleinair train` that the user chose."""
        chosen = ["--minutes", f"{self.minutes:g}", "--name", self.style]
        return chosen + (["--everything"] if self.manner == "thorough" else [])

    def recover(self) -> None:
        """Mark a job that the end of the program interrupted as stopped: it can be resumed."""
        if self.state == "learning":
            self.state = "stopped"


class TrainingJobStore(RecordStore[TrainingJob]):
    """The training jobs of a studio, and their bundles."""

    kind = TrainingJob

    def painting(self, job: TrainingJob) -> Path:
        """Return the painting."""
        return self.path(job, "painting")

    def learned(self, job: TrainingJob) -> Path:
        """Return the bundle as `pleinair train` writes it, beside its checkpoint."""
        return self.path(job, "style.safetensors")

    def preview(self, job: TrainingJob) -> Path:
        """Return the preview that training writes."""
        return self.path(job, "style-preview.png")

    def log(self, job: TrainingJob) -> Path:
        """Return the log of the process."""
        return self.path(job, "log")

    def publish(self, job: TrainingJob) -> bool:
        """Copy a newer bundle to where styles are found; whether there was one."""
        learned = self.learned(job)
        try:
            changed = learned.stat().st_mtime
            if changed <= job.version:
                return False
            folder = user_folder()
            folder.mkdir(parents=True, exist_ok=True)
            replace_whole(published(job.style), learned.read_bytes())
        except OSError:
            return False  # there is none yet, or the disk is full: the next time
        job.version = changed
        return True

    def rename_style(self, job: TrainingJob, style: str) -> None:
        """Rename the style, in its bundle and where it is found.

        Raises:
            BadInputError: that is no name for a style, or it is taken.
        """
        from realtime.network.bundle import load_bundle, save_bundle

        if style == job.style:
            return
        require_free(style)
        learned = self.learned(job)
        if learned.is_file():
            bundle = load_bundle(learned)
            *kept, new = bundle.card.styles
            card = replace(bundle.card, styles=(*kept, replace(new, name=style)))
            save_bundle(learned, bundle.network, card)
        if job.version:
            published(job.style).unlink(missing_ok=True)
        job.style, job.version = style, 0.0
        self.publish(job)
        self.save(job)

    def remove(self, record: TrainingJob) -> None:
        """Delete a job and its style."""
        if record.version:
            with suppress(OSError):
                published(record.style).unlink(missing_ok=True)
        super().remove(record)


def published(style: str) -> Path:
    """Return where the bundle of a style is found by every command."""
    return user_folder() / f"{style}.safetensors"


def require_free(style: str) -> None:
    """Make sure that a name for a new style is valid and free.

    Raises:
        BadInputError: it may not.
    """
    require_style_name(style)
    if style in _taken() or published(style).exists():
        raise BadInputError(f"a style is called {style} already: choose another name")


def free_name(text: str) -> str:
    """Return a name for a style that is free, made of the name of a file."""
    wanted = style = style_name_of(Path(text).stem)
    taken, number = _taken(), 1
    while style in taken or published(style).exists():
        number += 1
        style = f"{wanted}-{number}"
    return style


def _taken() -> set[str]:
    return {name for entry in find_bundles() for name in (entry.name, *entry.card.names)}
