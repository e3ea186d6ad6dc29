"""Results as a page: for a terminal, in Markdown, and with a plot."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.plot import merged
from benchmarks.schema import Result, machine_line
from benchmarks.tables import markdown, reasons, sheets


def combined(results: Sequence[Result]) -> Result:
    """Return several results as one; rows say of which machine they are, if those differ."""
    first = results[0]
    notes = dict.fromkeys(note for result in results for note in result.notes)
    return Result(
        rows=merged(results),
        machine=first.machine,
        command=first.command,
        commit=first.commit,
        measured_at=first.measured_at,
        notes=list(notes),
    )


def page(results: Sequence[Result]) -> str:
    """Return the results as a Markdown page."""
    whole = combined(results)
    lines = ["# Measured with `pleinair bench`", ""]
    for result in results:
        commit = f", commit {result.commit}" if result.commit else ""
        power = f", on {result.machine['power']}" if result.machine.get("power") else ""
        lines.append(
            f"- {machine_line(result.machine)}{power}; {result.measured_at}{commit}: "
            f"`{result.command}`"
        )
    for sheet in sheets(whole.rows):
        lines += ["", f"## {sheet.title}", "", *markdown(sheet)]
    if missing := reasons(whole.rows):
        lines += ["", "Not measured:", "", *(f"- {line}" for line in missing)]
    if whole.notes:
        lines += ["", *(f"- {note}" for note in whole.notes)]
    return "\n".join(lines) + "\n"
