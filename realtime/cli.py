"""The command line: parses arguments and prints results.

Heavy imports (torch, OpenCV, PyAV) wait until a command needs them.
"""

from __future__ import annotations

from typing import Annotated

import typer

from realtime.about_cli import doctor, styles
from realtime.commands import Commands, JsonCommand, mount
from realtime.demo_cli import demo
from realtime.image_cli import image
from realtime.live_cli import live
from realtime.options import HELP_NAMES
from realtime.studio_cli import studio
from realtime.video_cli import video

app = typer.Typer(
    name="pleinair",
    help="Paint a webcam, a video or pictures in the style of a painting, live.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    cls=Commands,
    context_settings=HELP_NAMES,
)


app.command(cls=JsonCommand)(live)
app.command()(studio)
app.command(cls=JsonCommand)(video)
app.command(cls=JsonCommand)(image)
app.command()(demo)
app.command(cls=JsonCommand)(styles)
app.command(cls=JsonCommand)(doctor)


mount(app)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"pleinair {version('pleinair')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Paint a webcam, a video or pictures in the style of a painting, live."""
