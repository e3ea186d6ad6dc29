"""`pleinair`, and `python -m realtime`: runs the command line and sets the exit code.

0: done; 2: something the user can mend, said in a line or two; 130: interrupted.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import typer

from realtime.cli import app
from realtime.errors import EXIT_BAD, EXIT_INTERRUPTED, PleinairError

LIBGL_ADVICE = (
    "OpenCV needs the system's libGL for windows: apt install libgl1 libglib2.0-0, "
    "or do without windows: pip install opencv-python-headless"
)


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what `sys.stderr` is at the moment: a progress bar puts its own in that place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self.stream = sys.stderr
        super().emit(record)


def main() -> None:
    """Run the command line; our own errors become a message without a traceback."""
    logging.basicConfig(
        format="pleinair: %(message)s", level=logging.WARNING, handlers=[StderrHandler()]
    )
    logging.getLogger("realtime").setLevel(logging.INFO)
    try:
        app()
    except PleinairError as exc:
        _refuse(str(exc))
    except ImportError as exc:
        if "libGL" not in str(exc):
            raise
        _refuse(f"{LIBGL_ADVICE} ({exc})")
    except KeyboardInterrupt:
        typer.echo("pleinair: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)


def _refuse(message: str) -> None:
    typer.echo(f"pleinair: {message}", err=True)
    sys.exit(EXIT_BAD)


if __name__ == "__main__":
    main()
