"""Lessons: each is a painting that is being learned, or was; kept over the end of the program."""

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
class Lesson(Record):
    """A painting and what is learned from it. Its folder is called as it is."""

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
    """How long it was learned so far."""
    step: int = 0
    steps: int = 0
    """How many there will be; 0: nobody knows yet."""
    stage: str = ""
    """What is done before the first step, in a few words."""
    version: float = 0.0
    """Time of the bundle that is shown, in seconds since 1970; 0: there is none yet."""
    error: str = ""

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the pace so far; None: nobody knows, or it is not learned."""
        if self.state != "learning" or not self.step or not self.steps or not self.seconds:
            return None
        return max(0, self.steps - self.step) * self.seconds / self.step

    @property
    def wishes(self) -> list[str]:
        """Return the options of `pleinair train` that the user chose."""
        chosen = ["--minutes", f"{self.minutes:g}", "--name", self.style]
        return chosen + (["--everything"] if self.manner == "thorough" else [])

    def after_the_end(self) -> None:
        """Stop: the same can be gone on with."""
        if self.state == "learning":
            self.state = "stopped"


class LessonStore(RecordStore[Lesson]):
    """The lessons of a studio, and the bundles that came of them."""

    kind = Lesson

    def painting(self, lesson: Lesson) -> Path:
        """Return the painting."""
        return self.path(lesson, "painting")

    def learned(self, lesson: Lesson) -> Path:
        """Return the bundle as `pleinair train` writes it, beside its checkpoint."""
        return self.path(lesson, "style.safetensors")

    def preview(self, lesson: Lesson) -> Path:
        """Return the picture of how it learns."""
        return self.path(lesson, "style-preview.png")

    def log(self, lesson: Lesson) -> Path:
        """Return what the process said."""
        return self.path(lesson, "log")

    def publish(self, lesson: Lesson) -> bool:
        """Put the bundle where styles are found, if there is a newer one; tells whether it did."""
        learned = self.learned(lesson)
        try:
            changed = learned.stat().st_mtime
            if changed <= lesson.version:
                return False
            folder = user_folder()
            folder.mkdir(parents=True, exist_ok=True)
            replace_whole(published(lesson.style), learned.read_bytes())
        except OSError:
            return False  # there is none yet, or the disk is full: the next time
        lesson.version = changed
        return True

    def call_otherwise(self, lesson: Lesson, style: str) -> None:
        """Call the style otherwise, in its bundle and where it is found.

        Raises:
            BadInputError: that is no name for a style, or it is taken.
        """
        from realtime.network.bundle import load_bundle, save_bundle

        if style == lesson.style:
            return
        require_free(style)
        learned = self.learned(lesson)
        if learned.is_file():
            bundle = load_bundle(learned)
            *kept, new = bundle.card.styles
            card = replace(bundle.card, styles=(*kept, replace(new, name=style)))
            save_bundle(learned, bundle.network, card)
        if lesson.version:
            published(lesson.style).unlink(missing_ok=True)
        lesson.style, lesson.version = style, 0.0
        self.publish(lesson)
        self.save(lesson)

    def remove(self, record: Lesson) -> None:
        """Forget a lesson, with its style."""
        if record.version:
            with suppress(OSError):
                published(record.style).unlink(missing_ok=True)
        super().remove(record)


def published(style: str) -> Path:
    """Return where the bundle of a style is found by every command."""
    return user_folder() / f"{style}.safetensors"


def require_free(style: str) -> None:
    """Make sure that a new style may be called so.

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
