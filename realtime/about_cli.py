"""The commands that inform: `pleinair styles` and `pleinair doctor`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime.commands import put_json, require_json
from realtime.errors import BadInputError
from realtime.options import JsonFile, Overwrite, file_option
from realtime.terminal import echo

if TYPE_CHECKING:
    from realtime.network.library import Entry


def styles(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME] | [PHOTO]...",
            help="Describe this style or bundle instead. With --sheet: the photographs.",
        ),
    ] = None,
    sheet: Annotated[
        Path | None,
        file_option(
            "--sheet",
            "--out",
            "-o",
            metavar="PICTURE",
            help="Paint the photographs (or a landscape) in every style into a picture.",
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Also list the bundles; of one, show how it was trained."
        ),
    ] = False,
    json_out: JsonFile = None,
    overwrite: Overwrite = False,
) -> None:
    """List the styles and the networks that know them, or tell about one."""
    from realtime.network.describe import find
    from realtime.network.library import find_bundles

    if sheet is not None:
        from realtime.sheet import write_sheet

        photographs = [Path(name) for name in names or ()]
        write_sheet(sheet, find_bundles(), photographs, echo, overwrite=overwrite)
        echo(f"wrote {sheet}")
        return
    if names and len(names) > 1:
        raise BadInputError(f"got {len(names)} names: give one, or photographs with --sheet")
    require_json(json_out, overwrite=overwrite)
    if names:
        found, style = find(names[0])
        if json_out is not None:
            put_json(json.loads(found[0].card.to_json()), json_out)
        else:
            _tell_about(found, style, verbose=verbose)
        return
    from rich.console import Console

    from realtime.style_table import print_styles

    entries = find_bundles()
    if json_out is not None:
        listed = [
            {"bundle": e.name, "path": str(e.path), "architecture": e.card.config.architecture,
             "styles": [vars(style) for style in e.card.styles]}
            for e in entries
        ]  # fmt: skip
        put_json(listed, json_out)
        return
    print_styles(entries, Console(), verbose=verbose)


def _tell_about(entries: Sequence[Entry], style: str | None, *, verbose: bool) -> None:
    from realtime.network.describe import describe_bundle, describe_style, training_log

    for line in describe_bundle(entries[0]) if style is None else describe_style(entries, style):
        echo(line)
    for entry in entries if verbose else ():
        echo()
        for line in training_log(entry):
            echo(line)
    if not verbose:
        echo()
        echo(f"  how it was trained: pleinair styles {style or entries[0].name} --verbose")


def doctor(
    json_out: JsonFile = None,
    measure: Annotated[
        bool, typer.Option(help="Run every engine for two seconds, and every camera for one.")
    ] = True,
    overwrite: Overwrite = False,
) -> None:
    """Check what works on this machine, and say what to do about what does not."""
    from realtime.doctor import examine

    require_json(json_out, overwrite=overwrite)
    checks = examine(measure=measure)
    if json_out is not None:
        put_json([vars(check) for check in checks], json_out)
    else:
        for check in checks:  # as they come
            echo(f"{'ok  ' if check.ok else 'NO  '}{check.name}: {check.found}")
            if check.advice:
                echo(f"      {check.advice}")
