"""Bars show names as they are."""

from __future__ import annotations

from rich.progress import TextColumn
from rich.text import Text

from realtime.progress import FrameProgress


def test_brackets_in_names_are_no_markup() -> None:
    for name in ("clip [id].mp4", "[red]x[/nope].mp4"):
        bar = FrameProgress(name)._bar
        column = bar.columns[0]
        assert isinstance(column, TextColumn)
        shown = column(bar.tasks[0])
        assert isinstance(shown, Text)
        assert shown.plain == name
        assert not shown.spans
