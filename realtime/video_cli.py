"""`pleinair video`: films, one or many."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime.errors import EXIT_BAD, EXIT_INTERRUPTED, BadInputError
from realtime.naming import printable
from realtime.options import (
    Bundle,
    Device,
    Engine,
    Fit,
    KeepColours,
    Overwrite,
    Precision,
    Strength,
    Stroke,
    Style,
    paint_settings,
)

if TYPE_CHECKING:
    from realtime.film.batch import Finished


def video(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="CLIP... [OUT]",
            help="The video to paint, and where to: by default CLIP-STYLE.mp4 beside it. Or "
            "several videos and folders of videos, and a folder to paint them into.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="File or folder to write: .mp4, .mkv, .webm, .mov, .gif, or frame-%05d.png.",
        ),
    ] = None,
    style: Style = None,
    strength: Strength = 1.0,
    stroke: Stroke = 1.0,
    keep_colours: KeepColours = False,
    size: Fit = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Begin here: seconds, or 1:02:03.5.")
    ] = None,
    stop: Annotated[str | None, typer.Option("--to", help="End here.")] = None,
    every: Annotated[int, typer.Option(help="Paint every N-th frame only: a preview.")] = 1,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="Original and painting beside each other.")
    ] = False,
    stabilize: Annotated[
        bool,
        typer.Option(
            "--stabilize",
            help="Steady styles that were not trained to be steady (article, imported ones).",
        ),
    ] = False,
    codec: Annotated[
        str | None,
        typer.Option(
            help="h264, h265, av1, vp9, lossless, or hardware: h264_nvenc, h265_nvenc, h264_qsv, "
            "h264_videotoolbox."
        ),
    ] = None,
    crf: Annotated[
        int | None, typer.Option(help="Quality: smaller is better; 18 is the usual for h264.")
    ] = None,
    overwrite: Overwrite = False,
    jobs: Annotated[int, typer.Option(help="Paint with so many processes at once.")] = 1,
    ray: Annotated[
        str | None,
        typer.Option(help="Paint on a Ray cluster: its address, or auto on one of its machines."),
    ] = None,
    segment_frames: Annotated[
        int, typer.Option(help="Frames per segment: what a crash costs at most.")
    ] = 240,
    bundle: Bundle = None,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
) -> None:
    """Paint video files: every frame, same timing, same sound.

    After a crash, a full disk or Ctrl-C, the same command goes on where it stopped.
    """  # fmt: skip
    from realtime.film.batch import Batch, paint_batch
    from realtime.film.film import FilmSettings
    from realtime.film.progress import FilmProgress

    settings = FilmSettings(
        paint=paint_settings(
        style, strength, size, bundle, engine, device, precision, stroke, keep_colours
    ),
        start_seconds=parse_time(start),
        stop_seconds=parse_time(stop),
        every=every, side_by_side=side_by_side, steady=stabilize, codec=codec, quality=crf,
        segment_frames=segment_frames, overwrite=overwrite,
    )  # fmt: skip
    batch = Batch(paths=paths, out=out, settings=settings, jobs=jobs, ray=ray)
    finished: list[Finished] = []
    with FilmProgress() as progress:
        for film in paint_batch(batch, progress, _echo):
            finished.append(film)
            _say(film)
    failed = [film for film in finished if film.error is not None]
    interrupted = any(film.interrupted for film in finished)
    if len(finished) > 1:
        painted = sum(film.is_painted for film in finished)
        goes_on = "; the same command goes on with the others" if interrupted else ""
        typer.echo(f"{painted} of {len(finished)} films are painted{goes_on}")
    for film in failed:
        name = f"{film.clip}: " if len(finished) > 1 else ""
        typer.echo(printable(f"pleinair: {name}{film.error}"), err=True)
    if failed:
        raise typer.Exit(EXIT_BAD)
    if interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)


def _echo(line: str) -> None:
    typer.echo(printable(line))


def _say(film: Finished) -> None:
    from realtime.sinks.planned import left_as_it_is

    report = film.report
    if report is not None and report.frames:
        _echo(f"{film.clip.name}: {film.frames} frames, {report.mean_fps:.1f} fps")
    if film.damaged:
        _echo(f"{film.clip.name}: {film.damaged} damaged packets could not be read; times are kept")
    if film.was_done and film.result is not None:
        _echo(left_as_it_is(film.result))
    elif film.interrupted and report is None:
        return  # it was not begun
    elif film.interrupted:
        so_far = f"; painted so far: {film.result}" if film.result else ""
        _echo(f"interrupted{so_far}. The same command goes on from here.")
    elif film.error is not None and film.result is not None:
        _echo(f"painted so far: {film.result}")
    elif film.result is not None:
        _echo(f"wrote: {film.result}")


def parse_time(text: str | None) -> float | None:
    """Read `90`, `1:30` or `1:02:03.5` as seconds; raises BadInputError when it is no time."""
    if text is None:
        return None
    try:
        seconds = 0.0
        for part in text.split(":"):
            seconds = 60 * seconds + float(part)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise BadInputError(f"time {text!r} not understood: expected seconds, or 1:02:03.5")
    return seconds
