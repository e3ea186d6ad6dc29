"""Command line options that several commands share, and how they become settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from realtime.plugins import names_in, offered
from realtime.settings import PaintSettings, parse_size, parse_stroke
from realtime.settings import Stroke as StrokeSize

LOOK, TIME, FILES, MACHINE = "The look", "How fast", "Files", "Machine"
"""Panels of the help."""
PIPE = Path("-")
"""Standard input among the inputs, standard output as an output."""
HELP_NAMES = {"help_option_names": ["-h", "--help"]}


def one_of(*names: str) -> dict[str, Any]:
    """Return the keywords with which an option shows and completes its choices."""
    return {"metavar": f"[{'|'.join(names)}]", "autocompletion": _completing(lambda: names)}


def plugin_names(folder: str, kind: str) -> tuple[str, ...]:
    """List the plugins of a kind that users may choose, without importing them."""
    return offered(names_in([str(Path(__file__).parent / folder)], kind), kind)


def _completing(names: Callable[[], Sequence[str]]) -> Callable[[str], list[str]]:
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


def _styles() -> list[str]:
    from realtime.network.library import style_names

    return sorted(style_names())


def _bundles() -> list[str]:
    from realtime.network.library import find_bundles

    return [entry.name for entry in find_bundles()]


Style = Annotated[
    str | None,
    typer.Option(
        "--style", "-s", rich_help_panel=LOOK, metavar="NAME", autocompletion=_completing(_styles),
        help="Style name, the file of any painting, or a mix: NAME:0.7,FILE:0.3. "
        "See `pleinair styles`.",
    ),
]  # fmt: skip
Strength = Annotated[
    float,
    typer.Option(
        rich_help_panel=LOOK, help="0 leaves the picture as it is, 1 paints it fully."
    ),
]  # fmt: skip
Stroke = Annotated[
    Any,  # a float or "native": Typer knows no unions
    typer.Option(
        rich_help_panel=LOOK, parser=parse_stroke, metavar="[SIZE|native]",
        help="Size of the strokes, 0.5 to 2: the same share of any picture. "
        "native: of its pixels, finer in large ones.",
        autocompletion=_completing(lambda: ("0.5", "1", "2", "native")),
    ),
]  # fmt: skip
KeepColours = Annotated[
    bool,
    typer.Option(
        "--keep-colours", "--keep-colors", rich_help_panel=LOOK,
        help="Only light and dark are the painting's.",
    ),
]  # fmt: skip
Bundle = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=LOOK, metavar="NAME", autocompletion=_completing(_bundles),
        help="Style bundle to look in: a name or a file.",
    ),
]  # fmt: skip
Engine = Annotated[
    str,
    typer.Option(
        rich_help_panel=MACHINE, help="What paints; auto: the fastest here.",
        **one_of("auto", *plugin_names("engines", "engine")),
    ),
]  # fmt: skip
Device = Annotated[
    str,
    typer.Option(
        rich_help_panel=MACHINE, help="What it runs on; as well cuda:1 and so on.",
        **one_of("auto", "cpu", "cuda", "mps", "gpu", "npu", "coreml", "dml"),
    ),
]  # fmt: skip
Precision = Annotated[
    str,
    typer.Option(
        rich_help_panel=MACHINE, help="Of the calculation; auto: fast and safe on the device.",
        **one_of("auto", "fp32", "fp16", "bf16", "int8"),
    ),
]  # fmt: skip
HoldFps = Annotated[
    float | None,
    typer.Option(
        "--fps", rich_help_panel=TIME, help="Hold this rate: paint smaller where it must be."
    ),
]  # fmt: skip
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite", rich_help_panel=FILES, help="Replace files that pleinair did not write."
    ),
]
Fit = Annotated[
    str | None,
    typer.Option(
        "--size", rich_help_panel=LOOK, metavar="WIDTHxHEIGHT",
        help="Scale to fit inside, aspect kept.",
    ),
]  # fmt: skip
JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json", metavar="[FILE]", rich_help_panel=FILES,
        help="For programs, into this file; without one, or with -, on standard output.",
    ),
]  # fmt: skip
"""For commands of the class `commands.JsonCommand`."""


def paint_settings(
    style: str | None,
    strength: float,
    size: str | None,
    bundle: str | None,
    engine: str,
    device: str,
    precision: str,
    stroke: StrokeSize = 1.0,
    keep_colours: bool = False,
) -> PaintSettings:
    """Check the options and freeze them."""
    return PaintSettings(
        style=style,
        strength=strength,
        size=parse_size(size) if size else None,
        bundle=bundle,
        engine=engine,
        device=device,
        precision=precision,
        stroke=stroke,
        keep_colours=keep_colours,
    )
