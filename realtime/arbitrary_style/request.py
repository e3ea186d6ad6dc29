"""Parses `--style`: tells style names from files of paintings, and reads these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realtime.engines.enlarge import resized
from realtime.errors import BadInputError
from realtime.frame import Pixels
from realtime.look import Look
from realtime.media.picture import read_picture
from realtime.network.card import style_name_of
from realtime.network.library import Entry, choose, style_names
from realtime.ports import Style
from realtime.reading import PICTURE_SUFFIXES

SHORT_SIDE_PX = 384
"""What a painting is scaled to before it is looked at: as when styles are learned from it, so that
it is compared with strokes of the size that networks paint."""
LONGEST_RATIO = 2.0
"""Of a longer painting the middle is looked at."""
MOST_PAINTINGS = 8


@dataclass(frozen=True, eq=False)
class GivenPainting:
    """A painting that was given as a file."""

    path: Path
    name: str
    """What it is called among the styles."""
    pixels: Pixels
    """(H, W, 3) RGB uint8, small."""


@dataclass(frozen=True)
class Request:
    """A resolved `--style`: bundle, look and paintings."""

    entry: Entry
    look: Look
    """Weights of the bundle's styles, then of the paintings."""
    paintings: tuple[GivenPainting, ...] = ()

    @property
    def styles(self) -> tuple[Style, ...]:
        """The paintings as styles of an engine."""
        return tuple(
            Style(
                painting.name,
                note=f"{painting.name}: an approximation, not learned. To learn it:\n"
                f"{self.learning(painting)}",
            )
            for painting in self.paintings
        )

    def learning(self, painting: GivenPainting) -> str:
        """Return the command that trains a painting's own style instead."""
        return f"pleinair train {painting.path} --from {self.entry.name} --content PHOTOS"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all styles, in the order of the weights."""
        return self.entry.card.names + tuple(painting.name for painting in self.paintings)


def find_look(style: str | None, bundle: str | None = None) -> Request:
    """Resolve `--style` and `--bundle` to a bundle, a look and paintings.

    Args:
        style: As `library.choose` takes it; any name may as well be the file of a painting.
        bundle: As `library.choose` takes it.

    Raises:
        BadInputError: also for a painting that is not there or is no picture.
        UnknownNameError: no such style or bundle.
    """
    parts = _parts(style or "")
    files = [text for text, _ in parts if is_painting(text)]
    if not files:
        return Request(*choose(style, bundle))
    if len(set(files)) > MOST_PAINTINGS:
        raise BadInputError(f"{len(set(files))} paintings at once: expected up to {MOST_PAINTINGS}")
    taken = set(style_names())
    names = _names(files, taken | {text for text, _ in parts})
    mix = ",".join(names.get(text, text) + weight for text, weight in parts)
    entry, look = choose(mix, bundle, also=tuple(names.values()))
    return Request(entry, look, tuple(_read(Path(file), name) for file, name in names.items()))


def is_painting(text: str) -> bool:
    """Tell whether a part of `--style` means a file: style names have neither dots nor folders."""
    if style_name_of(text) == text:
        return False
    return _has_picture_name(text) or len(Path(text).parts) > 1 or _is_file(text)


def _parts(style: str) -> list[tuple[str, str]]:
    """Split a mix into names or files, and their weights with the colon, or nothing."""
    if _has_picture_name(style) and ("," not in style or _is_file(style)):
        return [(style, "")]
    parts = []
    for part in style.split(","):
        text, colon, weight = part.rpartition(":")
        alone = not colon or _has_picture_name(part) or _is_file(part)  # C:\picture.jpg
        parts.append((part.strip(), "") if alone else (text.strip(), colon + weight))
    return parts


def _has_picture_name(text: str) -> bool:
    return Path(text).suffix.lower() in PICTURE_SUFFIXES


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # a name that no disk takes
        return False


def _names(files: Sequence[str], taken: set[str]) -> dict[str, str]:
    """Name each file after itself, but unlike any style."""
    names: dict[str, str] = {}
    for file in files:
        name = stem = style_name_of(Path(file).stem)
        number = 1
        while name in taken | {other for key, other in names.items() if key != file}:
            number += 1
            name = f"{stem}-painting" if number == 2 else f"{stem}-painting-{number - 1}"
        names[file] = name
    return names


def _read(path: Path, name: str) -> GivenPainting:
    pixels = read_picture(path, may_shrink=True).pixels
    height, width = pixels.shape[:2]
    most = round(LONGEST_RATIO * min(height, width))
    top, left = max(0, (height - most) // 2), max(0, (width - most) // 2)
    pixels = pixels[top : top + most, left : left + most]
    scale = SHORT_SIDE_PX / min(pixels.shape[:2])
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return GivenPainting(path, name, resized(pixels, size))
