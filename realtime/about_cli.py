"""The commands that tell what there is: `pleinair styles` and `pleinair doctor`."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def styles(
    name: Annotated[
        str | None, typer.Argument(help="Tell all about this style or bundle instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the styles and the bundles they live in, or tell all about one."""
    from realtime.network.describe import describe, find
    from realtime.network.library import find_bundles

    if name is not None:
        found, only = find(name)
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
) -> None:
    """Check what works on this machine, and say what to do about what does not."""
    from realtime.doctor import examine

    checks = examine()
    if as_json:
        typer.echo(json.dumps([vars(check) for check in checks], indent=2))
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.ok else 'NO  '}{check.name}: {check.found}")
            if check.advice:
                typer.echo(f"      {check.advice}")
