"""`pleinair video`: films, one or many."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime import options
from realtime.commands import put_json, require_json
from realtime.errors import EXIT_BAD, EXIT_INTERRUPTED, BadInputError
from realtime.settings import PaintSettings, parse_size
from realtime.terminal import echo

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
        options.file_option(
            "--out",
            "-o",
            help="File or folder to write: .mp4, .mkv, .webm, .mov, .gif, or frame-%05d.png.",
        ),
    ] = None,
    style: options.Style = None,
    strength: options.Strength = 1.0,
    stroke: options.Stroke = 1.0,
    keep_colours: options.KeepColours = False,
    size: options.Fit = None,
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
            help="Reduce flicker of styles not trained to be stable (article, imported ones).",
        ),
    ] = False,
    codec: Annotated[
        str | None,
        options.file_option(
            help="h264, h265, av1, vp9, lossless, or hardware: h264_nvenc, h265_nvenc, h264_qsv, "
            "h264_videotoolbox.",
        ),
    ] = None,
    crf: Annotated[
        int | None,
        options.file_option(help="Quality: smaller is better; 18 is the usual for h264."),
    ] = None,
    overwrite: options.Overwrite = False,
    jobs: Annotated[int, options.machine_option(help="Number of processes to paint with.")] = 1,
    ray: Annotated[
        str | None,
        options.machine_option(
            help="Paint on a Ray cluster: its address, or auto on one of its machines."
        ),
    ] = None,
    segment_frames: Annotated[
        int | None,
        typer.Option(help="Frames per segment, what a crash costs at most: 30 to 240, by length."),
    ] = None,
    json_out: options.JsonFile = None,
    bundle: options.Bundle = None,
    engine: options.Engine = "auto",
    device: options.Device = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Paint video files: every frame, same timing, same sound.

    After a crash, a full disk or Ctrl-C, the same command goes on where it stopped.
    """
    from realtime.film.batch import Batch, paint_batch
    from realtime.film.film import FilmSettings
    from realtime.film.progress import FilmProgress

    paint = PaintSettings(
        style=style, strength=strength, stroke=stroke, keep_colours=keep_colours,
        size=parse_size(size) if size else None, bundle=bundle, engine=engine, device=device,
        precision=precision,
    )  # fmt: skip
    settings = FilmSettings(
        paint=paint,
        start_seconds=parse_time(start),
        stop_seconds=parse_time(stop),
        every=every, side_by_side=side_by_side, steady=stabilize, codec=codec, quality=crf,
        segment_frames=segment_frames, overwrite=overwrite,
    )  # fmt: skip
    require_json(json_out, paths, overwrite=overwrite)
    batch = Batch(paths=paths, out=out, settings=settings, jobs=jobs, ray=ray)
    finished: list[Finished] = []
    for_programs = str(json_out) == "-"
    with FilmProgress() as progress:

        def say(line: str) -> None:
            progress.say(line, err=for_programs)

        for film in paint_batch(batch, progress, say):
            finished.append(film)
            progress.end(film.clip)
            _say(film, say)
    failed = [film for film in finished if film.error is not None]
    interrupted = any(film.interrupted for film in finished)
    if len(finished) > 1:
        painted = sum(film.is_painted for film in finished)
        goes_on = "; the same command goes on with the others" if interrupted else ""
        echo(f"{painted} of {len(finished)} films are painted{goes_on}", err=for_programs)
    for film in failed:
        echo(f"pleinair: {_of_clip(film, is_one_of_many=len(finished) > 1)}", err=True)
    if json_out is not None:
        put_json([_facts(film) for film in finished], json_out)
    if failed:
        raise typer.Exit(EXIT_BAD)
    if interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)


def _of_clip(film: Finished, *, is_one_of_many: bool) -> str:
    """Return the error with the path of its clip, once: most errors name it already."""
    said, path, name = str(film.error), str(film.clip), film.clip.name
    if not is_one_of_many or path in said:
        return said
    return said.replace(name, path, 1) if name in said else f"{path}: {said}"


def _facts(film: Finished) -> dict[str, object]:
    """Return the result of a film as values for JSON."""
    return {
        "clip": str(film.clip),
        "result": None if film.result is None else str(film.result),
        "frames": film.frames,
        "fps": round(film.report.mean_fps, 2) if film.report else None,
        "damaged_packets": film.damaged,
        "was_done": film.was_done,
        "interrupted": film.interrupted,
        "error": None if film.error is None else str(film.error),
    }


def _say(film: Finished, say: Callable[[str], None]) -> None:
    from realtime.sinks.outputs import already_painted

    report = film.report
    if report is not None and report.frames:
        say(f"{film.clip.name}: {film.frames} frames, {report.mean_fps:.1f} fps")
    if film.damaged:
        say(f"{film.clip.name}: {film.damaged} damaged packets could not be read; times are kept")
    if film.was_done and film.result is not None:
        say(already_painted(film.result))
    elif film.interrupted and report is None:
        return  # it was not begun
    elif film.interrupted:
        so_far = f"; painted so far: {film.result}" if film.result else ""
        say(f"interrupted{so_far}. The same command goes on from here.")
    elif film.error is not None and film.result is not None:
        say(f"painted so far: {film.result}")
    elif film.result is not None:
        say(f"wrote: {film.result}")


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
