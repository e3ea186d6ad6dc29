"""Progress bars on a terminal of 80 columns, with lines printed meanwhile."""

from __future__ import annotations

import logging
import re
import sys

import pytest
from rich.console import Console
from rich.progress import TextColumn
from rich.text import Text

from realtime.entry import StderrHandler
from realtime.pipeline import Report
from realtime.progress import FrameBars, FrameProgress

TITLE = "a-film-with-a-name-that-is-longer-than-half-of-the-terminal-is-wide.mp4"


def screen(text: str) -> list[str]:
    """What a terminal shows after this text: carriage returns, line feeds, up, clear the line."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
        if part == "\r":
            column = 0
        elif part == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif part == "\x1b[2K":
            lines[row] = ""
        elif re.fullmatch(r"\x1b\[\d+A", part):
            row -= int(part[2:-1])
        elif not part.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
    return [line.rstrip() for line in lines if line.strip()]


def terminal() -> Console:
    return Console(file=sys.stdout, width=80, force_terminal=True)


def test_a_result_line_stands_alone_and_no_bar_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    with FrameProgress(TITLE, terminal()) as progress:
        progress.expect(90)
        progress.update(Report(frames=89, rate_fps=43.0))
        progress.say("film.mp4: 90 frames, 40.8 fps")
        progress.update(Report(frames=90, rate_fps=42.8))
        progress.say("wrote: film-starry-night.mp4")
    text = capsys.readouterr().out
    assert screen(text) == ["film.mp4: 90 frames, 40.8 fps", "wrote: film-starry-night.mp4"]


def test_figures_are_whole_beside_a_long_title(capsys: pytest.CaptureFixture[str]) -> None:
    with FrameProgress(TITLE, terminal()) as progress:
        progress.expect(123_456)
        progress.update(Report(frames=100_000, rate_fps=143.25))
        progress._bar.refresh()
        (bar,) = screen(capsys.readouterr().out)
    assert len(bar) <= 80
    assert bar.startswith("a-film-with")
    assert "100000/123456 143.2 fps" in bar


def test_what_is_logged_meanwhile_appears_above_the_bar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = logging.getLogger("test_progress")
    log.addHandler(StderrHandler())
    with FrameProgress("film", terminal()) as progress:
        progress.update(Report(frames=1))
        log.warning("something to know")
    captured = capsys.readouterr()
    assert screen(captured.out) == ["something to know"]
    assert captured.err == ""


def test_without_a_terminal_there_are_lines_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with FrameBars(Console(file=sys.stderr, force_terminal=False)) as bars:
        bars.say("wrote: x.mp4")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("wrote: x.mp4\n", "")


def test_brackets_in_names_are_no_markup() -> None:
    for name in ("clip [id].mp4", "[red]x[/nope].mp4"):
        bar = FrameProgress(name)._bar
        column = bar.columns[0]
        assert isinstance(column, TextColumn)
        shown = column(bar.tasks[0])
        assert isinstance(shown, Text)
        assert shown.plain == name
        assert not shown.spans
