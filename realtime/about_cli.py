"""The commands that tell what there is: `pleinair styles` and `pleinair doctor`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from realtime.errors import BadInputError
from realtime.options import Overwrite


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
        typer.Option(help="Paint the photographs (or a landscape) in every style into a picture."),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the styles and the bundles they live in, or tell all about one."""
    from realtime.network.describe import describe, find
    from realtime.network.library import find_bundles

    if sheet is not None:
        from realtime.sheet import write_sheet

        photographs = [Path(name) for name in names or ()]
        write_sheet(sheet, find_bundles(), photographs, typer.echo, overwrite=overwrite)
        typer.echo(f"wrote {sheet}")
        return
    if names and len(names) > 1:
        raise BadInputError(f"got {len(names)} names: give one, or photographs with --sheet")
    if names:
        found, only = find(names[0])
        if as_json:
            typer.echo(json.dumps(json.loads(found.card.to_json()), indent=2))
        else:
            typer.echo("\n".join(describe(found, only)))
        return
    entries = find_bundles()
    if as_json:
        listed = [
            {"bundle": e.name, "path": str(e.path), "architecture": e.card.config.architecture,
             "styles": [vars(style) for style in e.card.styles]}
            for e in entries
        ]  # fmt: skip
        typer.echo(json.dumps(listed, indent=2))
        return
    for entry in entries:
        typer.echo(f"{entry.name}  ({entry.card.config.architecture} network)")
        for style in entry.card.styles:
            typer.echo(f"  {style}")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    measure: Annotated[
        bool, typer.Option(help="Run every engine for two seconds, and every camera for one.")
    ] = True,
) -> None:
    """Check what works on this machine, and say what to do about what does not."""
    from realtime.doctor import examine

    checks = examine(measure=measure)
    if as_json:
        typer.echo(json.dumps([vars(check) for check in checks], indent=2))
    else:
        for check in checks:  # as they come
            typer.echo(f"{'ok  ' if check.ok else 'NO  '}{check.name}: {check.found}")
            if check.advice:
                typer.echo(f"      {check.advice}")
