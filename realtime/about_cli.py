"""The commands that tell what there is: `pleinair styles` and `pleinair doctor`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from realtime.commands import put_json, require_json
from realtime.errors import BadInputError
from realtime.options import FILES, JsonFile, Overwrite
from realtime.terminal import echo


def styles(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME] | [PHOTO]...",
            help="Tell all about this style or bundle instead. With --sheet: the photographs.",
        ),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet",
            "--out",
            "-o",
            rich_help_panel=FILES,
            metavar="PICTURE",
            help="Paint the photographs (or a landscape) in every style into a picture.",
        ),
    ] = None,
    json_out: JsonFile = None,
    overwrite: Overwrite = False,
) -> None:
    """List the styles and the bundles they live in, or tell all about one."""
    from realtime.network.describe import describe, find
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
        found, only = find(names[0])
        if json_out is not None:
            put_json(json.loads(found.card.to_json()), json_out)
        else:
            for line in describe(found, only):
                echo(line)
        return
    entries = find_bundles()
    if json_out is not None:
        listed = [
            {"bundle": e.name, "path": str(e.path), "architecture": e.card.config.architecture,
             "styles": [vars(style) for style in e.card.styles]}
            for e in entries
        ]  # fmt: skip
        put_json(listed, json_out)
        return
    for entry in entries:
        echo(f"{entry.name}  ({entry.card.config.architecture} network)")
        for style in entry.card.styles:
            echo(f"  {style}")


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
