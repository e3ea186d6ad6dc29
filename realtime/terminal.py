"""Prints lines with control and bidirectional characters escaped."""

from __future__ import annotations

import logging
import unicodedata

import typer

BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Marks that turn the text behind them around: `gpj.exe` is then read as `exe.jpg`."""
STEERING = frozenset({"Cc", "Zl", "Zp"})
"""Unicode's categories of what a terminal obeys, and of what breaks lines."""


def printable(text: str) -> str:
    r"""Escape control characters in a line for a terminal: file names may hold them.

    >>> printable("a\x1b[31mb\n")
    'a\\x1b[31mb\\n'
    """
    return "".join(_spelt_out(c) if _steers(c) else c for c in text)


def _steers(character: str) -> bool:
    return unicodedata.category(character) in STEERING or character in BIDIRECTIONAL


def _spelt_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def echo(line: str = "", *, err: bool = False) -> None:
    """Print one line, escaped, on stdout or stderr."""
    typer.echo(printable(line), err=err)


class LineFormatter(logging.Formatter):
    """Formats log records as lines of ours; the traceback of one for developers stays as it is."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the record without its traceback, as one line."""
        return printable(super().formatMessage(record))
