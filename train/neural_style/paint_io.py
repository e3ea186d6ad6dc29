"""What happens around a picture while it is painted: loaded, watched, recorded, written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import torch
import torch.nn.functional as F
from rich.progress import MofNCompleteColumn, TextColumn, TimeRemainingColumn
from torch import Tensor

from realtime.clockwork import monotonic
from realtime.engines.enlarge import resized
from realtime.errors import BadInputError, EngineError
from realtime.frame import Frame
from realtime.naming import truncate_name
from realtime.network.pixels import to_pixels
from realtime.progress import bars
from realtime.provenance import WRITTEN_BY
from realtime.sinks import outputs
from realtime.sinks.images_sink import ImagesSink
from train.data import as_tensor, read_rgb
from train.neural_style.gatys import Listener, Turn

SIZES_PX = (64, 4096)
SMALLEST_PICTURE_PX = 32
"""relu5_1 sees a sixteenth of each side."""


def load_photograph(path: Path, size_px: int) -> Tensor:
    """Load a picture as (1, 3, H, W) in [0, 255] with the given longer side, aspect kept.

    Raises:
        BadInputError: not an image, too small or too narrow, or a size nobody can want.
    """
    low, high = SIZES_PX
    if not low <= size_px <= high:
        raise BadInputError(f"--size must be from {low} to {high} pixels, got {size_px}")
    picture = read_rgb(path)
    height, width = picture.shape[:2]
    scale = size_px / max(height, width)
    sides = (round(height * scale), round(width * scale))
    if min(height, width, *sides) < SMALLEST_PICTURE_PX:
        raise BadInputError(
            f"{path} has {width}x{height} pixels, and {sides[1]}x{sides[0]} when scaled to --size "
            f"{size_px}: expected at least {SMALLEST_PICTURE_PX} on the shorter side"
        )
    return as_tensor(resized(picture, sides[::-1]))


class Last:
    """Passes every turn on to several listeners, and remembers the last one."""

    def __init__(self, listeners: list[Listener]) -> None:
        self.listeners, self.step = listeners, 0
        self.terms: dict[str, float] = {}
        self._began = monotonic()

    def __call__(self, turn: Turn) -> None:
        """Hear of one step."""
        self.step, self.terms = turn.step, _rounded(turn.terms)
        for listen in self.listeners:
            listen(turn)

    def facts(self, steps: int) -> dict[str, object]:
        """Tell programs how far it came of so many steps, in which time, and to which losses."""
        return {
            "step": self.step,
            "steps": steps,
            "seconds": round(monotonic() - self._began, 1),
            "losses": self.terms,
            "interrupted": self.step < steps,
        }


@contextmanager
def progress_bar(title: str) -> Iterator[Listener]:
    """Show steps, time left and the terms of the loss, on stderr if that is a terminal."""
    terms = TextColumn("{task.fields[terms]}")
    with bars(MofNCompleteColumn(), TimeRemainingColumn(), terms) as bar:
        task = bar.add_task(title, total=None, terms="")

        def listen(turn: Turn) -> None:
            text = "  ".join(f"{name} {value:.3g}" for name, value in turn.terms.items())
            bar.update(task, completed=turn.step, total=turn.steps, terms=text)

        yield listen


def sketch_path(target: Path, step: int) -> Path:
    """Return where the picture of a step goes: `TARGET-steps/00003.png`."""
    return target.with_name(truncate_name(target.stem, "-steps")) / f"{step:05}.png"


def sketchbook(target: Path, every: int, photograph: Tensor) -> Listener:
    """Return a listener that writes every so many pictures into `TARGET-steps/`.

    All are of the final size, whatever level they are from; numbered by their step.
    """
    folder = sketch_path(target, 0).parent
    try:
        folder.mkdir(exist_ok=True)
    except OSError as exc:
        raise BadInputError(f"no folder can be made at {folder}: {exc.strerror}") from exc
    outputs.check_folder(folder)
    size = tuple(photograph.shape[2:])

    def listen(turn: Turn) -> None:
        if turn.step % every == 0 or turn.step == turn.steps:
            picture = F.interpolate(turn.picture(), size, mode="bicubic")
            write_picture(sketch_path(target, turn.step), picture)

    return listen


def ledger(file: TextIO) -> Listener:
    """Return a listener that writes the terms of every step, a JSON line each, at once."""

    def listen(turn: Turn) -> None:
        terms = _rounded(turn.terms)
        size = f"{turn.size[0]}x{turn.size[1]}"
        mark = WRITTEN_BY if file.tell() == 0 else {}
        file.write(json.dumps({**mark, "step": turn.step, "size": size, **terms}) + "\n")
        file.flush()

    return listen


def _rounded(terms: Mapping[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.5g}") for name, value in terms.items()}


def write_picture(path: Path, picture: Tensor) -> None:
    """Write a (1, 3, H, W) picture; the file appears when it is complete."""
    ImagesSink(path.parent, (path.name,)).show(Frame(to_pixels(picture), 0, 0.0))


@contextmanager
def memory_errors(photograph: Tensor) -> Iterator[None]:
    """Turn running out of memory, on whatever device, into advice."""
    try:
        yield
    except RuntimeError as exc:
        if not isinstance(exc, torch.OutOfMemoryError) and "alloc" not in str(exc):
            raise
        height, width = photograph.shape[2:]
        raise EngineError(
            f"out of memory while painting {width}x{height} pixels: try a smaller --size"
        ) from exc
