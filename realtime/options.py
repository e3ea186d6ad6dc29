"""Command line options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from realtime.plugins import names_in, offered
from realtime.settings import FASTEST, parse_stroke

look_option, time_option, file_option, machine_option = (
    partial(typer.Option, rich_help_panel=panel)
    for panel in ("The look", "How fast", "Files", "Machine")
)
"""`typer.Option`, each in a panel of the help."""
PIPE = Path("-")
"""Standard input among the inputs, standard output as an output."""
HELP_NAMES = {"help_option_names": ["-h", "--help"]}
new_app = partial(
    typer.Typer,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=HELP_NAMES,
)
"""A command line of its own, for the other packages."""


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
    look_option(
        "--style", "-s", metavar="NAME", autocompletion=_completing(_styles),
        help="Style name, the file of any painting, or a mix: NAME:0.7,FILE:0.3. "
        "See `pleinair styles`.",
    ),
]  # fmt: skip
STRENGTH = look_option(help="0 leaves the picture as it is, 1 paints it fully.")
Strength = Annotated[float, STRENGTH]
Stroke = Annotated[
    Any,  # a float or "native": Typer has no unions
    look_option(
        parser=parse_stroke, metavar="[SIZE|native]",
        help="Size of the strokes, 0.5 to 2: the same share of any picture. "
        "native: of its pixels, finer in large ones.",
        autocompletion=_completing(lambda: ("0.5", "1", "2", "native")),
    ),
]  # fmt: skip
KeepColours = Annotated[
    bool, look_option("--keep-colours", "--keep-colors", help="Keep the original's colours.")
]
Bundle = Annotated[
    str | None,
    look_option(
        metavar="NAME", autocompletion=_completing(_bundles),
        help="Style bundle to look in: a name or a file.",
    ),
]  # fmt: skip
Engine = Annotated[
    str,
    machine_option(
        help="Inference engine; auto: the fastest here.",
        **one_of("auto", *plugin_names("engines", "engine")),
    ),
]
Device = Annotated[
    str,
    machine_option(
        help="Device to run on; also cuda:1 and so on.",
        **one_of("auto", "cpu", "cuda", "mps", "gpu", "npu", "coreml", "dml"),
    ),
]
Precision = Annotated[
    str,
    machine_option(
        help="Arithmetic precision; auto: fast and safe on the device; fastest: int8 too, where it "
        "is half again as fast.",
        **one_of("auto", FASTEST, "fp32", "fp16", "bf16", "int8"),
    ),
]
HoldFps = Annotated[
    float | None, time_option("--fps", help="Hold this rate: lower the quality if need be.")
]
Overwrite = Annotated[
    bool, file_option("--overwrite", help="Replace files that pleinair did not write.")
]
Fit = Annotated[
    str | None,
    look_option("--size", metavar="WIDTHxHEIGHT", help="Scale to fit inside, aspect kept."),
]
JsonFile = Annotated[
    Path | None,
    file_option(
        "--json", metavar="[FILE]",
        help="Results as JSON, to this file; without one, or with -, to standard output.",
    ),
]  # fmt: skip
"""For commands of the class `commands.JsonCommand`."""
Vgg = Annotated[
    Path | None,
    typer.Option(help="VGG-16 or VGG-19 weights, a file or a folder; default: torchvision's."),
]
"""For commands that look through a loss network."""
