"""Options that several commands of `pleinair bench` share, and how their values are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realtime.errors import BadInputError
from realtime.ports import Size
from realtime.settings import parse_size
from realtime.sinks.outputs import require_free


def checked(context: typer.Context, path: Path | None) -> Path | None:
    """Refuse an output that may not be written before anything is measured for it."""
    if path is not None and str(path) != "-" and not context.resilient_parsing:
        require_free(path, overwrite=bool(context.params.get("overwrite")))
    return path


Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", is_eager=True, help="Replace a file that pleinair did not write."),
]
"""Eager: `checked` wants to know it."""
JsonOut = Annotated[
    Path | None,
    typer.Option("--json", help="File for the data; - for standard output.", callback=checked),
]
Seconds = Annotated[float, typer.Option(help="Time to spend on each measurement.")]
OneSize = Annotated[str, typer.Option(help="WIDTHxHEIGHT.")]
Style = Annotated[str | None, typer.Option(help="Style, or a mix.")]
Engine = Annotated[str, typer.Option(help="auto, or an engine.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Precision = Annotated[str, typer.Option(help="auto, or a precision.")]
Precisions = Annotated[
    str | None,
    typer.Option(
        help="fp32, bf16, fp16, int8, with commas; default: all, but fp16 only with a GPU."
    ),
]
Engines = Annotated[
    list[str] | None, typer.Argument(help="Engines to measure; default: all that are here.")
]


def parse_sizes(text: str | None) -> tuple[Size, ...]:
    """Read `252x252,640x480`."""
    return tuple(parse_size(part) for part in text.split(",")) if text else ()


def parse_names(text: str | None) -> tuple[str, ...]:
    """Read `fp32,int8`."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def parse_counts(option: str, text: str | None) -> tuple[int, ...]:
    """Read `1,2,4`.

    Raises:
        BadInputError: not whole numbers above 0.
    """
    counts = []
    for part in parse_names(text):
        if not part.isdecimal() or int(part) < 1:
            raise BadInputError(f"{option} {text!r} not understood: expected numbers, as in 1,2,4")
        counts.append(int(part))
    return tuple(counts)


def positive(option: str, value: float) -> None:
    """Refuse what cannot be a duration or a count.

    Raises:
        BadInputError: it is not above 0.
    """
    if not 0 < value < float("inf"):
        raise BadInputError(f"{option} must be above 0, got {value:g}")
