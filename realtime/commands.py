"""Command line plumbing beyond typer's: lazily imported commands, `--json` without a file.

Contexts are `Any`: by version they are click's, or those of the click that typer brings along.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from realtime.errors import EXIT_INTERRUPTED
from realtime.options import PIPE
from realtime.provenance import WRITTEN_BY
from realtime.terminal import echo

if TYPE_CHECKING:
    from realtime.live.run import Outcome

ALONE = {"--json": "-", "--microphone": "default"}
"""Options whose value may be omitted, and the default for that."""
ELSEWHERE = {
    "train": ("train.cli", "Learn a style from a painting."),
    "paint": ("train.neural_style.cli", "Paint one picture slowly, by optimising its pixels."),
    "appraise": ("train.evaluate.cli", "Measure what a style bundle is worth."),
    "export": ("export.cli", "Write a style bundle for other programs (ONNX, OpenVINO, TensorRT)."),
    "import": ("export.import_cli", "Turn a checkpoint you have into a style bundle."),
    "bench": ("benchmarks.cli", "Measure speed on this machine, against the article."),
}
"""Commands of the other packages: the module with the typer app, and a line for the overview."""


class Commands(TyperGroup):
    """A click group that imports other packages' commands only when they are needed."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Return the name, the command and the arguments left, as click wants them."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in ELSEWHERE:
            command = get_command(importlib.import_module(ELSEWHERE[name][0]).app)
        return name, command, rest


class JsonCommand(TyperCommand):
    """A command whose `--json` may do without a file, and whose `--microphone` without a name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Parse the arguments of the command line."""
        takes_names = any(one.param_type_name == "argument" for one in self.params)
        return super().parse_args(ctx, with_values(args, takes_names=takes_names))


def with_values(args: list[str], *, takes_names: bool) -> list[str]:
    """Return the arguments with `-` behind a `--json` that has no file, and so on (`ALONE`).

    Args:
        args: Of the command line, behind the command.
        takes_names: Whether the command takes arguments without an option: then only what ends in
            .json is a file, so that in `styles --json scream` the name stays a name.
    """
    filled: list[str] = []
    for number, argument in enumerate(args):
        filled.append(argument)
        following = args[number + 1] if number + 1 < len(args) else "--"
        is_file = following.endswith(".json") if takes_names else not following.startswith("-")
        if argument in ALONE and following != "-" and not is_file:
            filled.append(ALONE[argument])
    return filled


def mount(app: typer.Typer) -> None:
    """Add the commands of the other packages to an app of the class `Commands`."""
    for name, (_, help_text) in ELSEWHERE.items():
        app.command(name, help=help_text)(_never_called)


def _never_called() -> None:
    """Placeholder in the help for a command that is imported when it is called."""


def require_json(
    path: Path | None, inputs: Iterable[Path] = (), *, overwrite: bool = False
) -> None:
    """Make sure that the file of `--json` may be written, before any work is done.

    Raises:
        BadInputError: it may not (see `sinks.outputs`).
    """
    from realtime.sinks.outputs import require_free

    if path is not None and path != PIPE:
        require_free(path, inputs, overwrite=overwrite)


def put_json(value: dict[str, Any] | list[dict[str, Any]], path: Path) -> None:
    """Write a value as JSON to a file, marked as ours, or to standard output for `-`.

    Raises:
        BadInputError: the disk does not take it.
    """
    from realtime.folders import write_whole

    if path == PIPE:
        typer.echo(json.dumps(value, indent=2))
    else:
        write_whole(path, (json.dumps(_signed(value), indent=2) + "\n").encode())


def _signed(value: dict[str, Any] | list[dict[str, Any]]) -> object:
    if isinstance(value, dict):
        return WRITTEN_BY | value
    return [WRITTEN_BY | first for first in value[:1]] + value[1:]


def say_result(outcome: Outcome) -> None:
    """Print the resulting file; exit with the code for an interrupted run if it was one."""
    if outcome.result is not None:
        echo(
            f"{'interrupted; painted so far' if outcome.interrupted else 'wrote'}: {outcome.result}"
        )
    if outcome.interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
