"""`pleinair bench`: the commands; benchmarks are imported when they run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.options import (
    Device,
    Engine,
    Engines,
    JsonOut,
    OneSize,
    Overwrite,
    Precision,
    Precisions,
    Seconds,
    Style,
    checked,
    parse_counts,
    parse_names,
    parse_sizes,
    positive,
)
from benchmarks.result import Result, combined, command_line, machine_line, read
from realtime.errors import MissingExtraError, UnknownNameError
from realtime.folders import write_whole
from realtime.options import HELP_NAMES
from realtime.provenance import TEXT_MARK
from realtime.settings import PaintSettings, parse_size
from realtime.sinks.outputs import refuse_same_file, require_free
from realtime.terminal import echo

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, context_settings=HELP_NAMES)


def tell(line: str) -> None:
    """Say what is being measured."""
    echo(line, err=True)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Under two minutes.")] = False,
    out: Annotated[Path, typer.Option(help="JSON file to write.")] = Path("out/bench.json"),
    plot: Annotated[
        Path | None, typer.Option(help="Picture to draw, .svg or .png; default: beside the JSON.")
    ] = None,
    vgg: Annotated[
        Path | None, typer.Option(help="VGG weights, to measure `pleinair paint` beside.")
    ] = None,
    device: Device = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16, fp16 or int8.")] = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Measure this machine: the article's picture, engines, live, film, steadiness (15 minutes)."""
    if context.invoked_subcommand is not None:
        return
    from benchmarks.plot import check_plot, draw
    from benchmarks.report import show
    from benchmarks.suite import NOTES, full_parts, quick_parts, run_parts
    from benchmarks.summary import summary

    require_free(out, overwrite=overwrite)
    picture = plot or out.with_suffix(".svg")
    drawable = ""
    try:
        check_plot(picture)
    except MissingExtraError as exc:
        if plot is not None:
            raise
        drawable = str(exc)  # a plot nobody asked for is not worth stopping for
    else:
        require_free(picture, overwrite=overwrite)
    parts = (quick_parts if quick else full_parts)(device, precision, vgg)
    result = Result.here(run_parts(parts, tell), NOTES)
    result.write(out, overwrite=overwrite)
    show(result, [summary(result.rows)])
    echo(f"wrote {out}")
    if drawable:
        echo(f"no plot: {drawable}")
    else:
        draw([result], picture, overwrite=overwrite)
        echo(f"drew {picture}")


@app.command()
def article(
    names: Engines = None,
    seconds: Seconds = 10.0,
    device: Device = "auto",
    precision: Precisions = None,
    vgg: Annotated[
        Path | None,
        typer.Option(help="VGG weights (a file or folder), to measure `pleinair paint` beside."),
    ] = None,
    steps: Annotated[int, typer.Option(help="Of `pleinair paint`, to extrapolate to.")] = 200,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure the article's own case: one 252x252 picture, cold and warm, on every engine."""
    from benchmarks.article import NOTES, measure_article
    from benchmarks.engines import EnginesCase
    from benchmarks.report import publish

    positive("--seconds", seconds)
    positive("--steps", steps)
    case = EnginesCase(seconds, device, parse_names(precision), tuple(names or ()))
    rows = measure_article(case, vgg=vgg, steps=steps, tell=tell)
    publish(rows, json_out, NOTES, overwrite=overwrite)


@app.command()
def engines(
    names: Engines = None,
    seconds: Seconds = 5.0,
    device: Device = "auto",
    precision: Precisions = None,
    networks: Annotated[
        str | None, typer.Option(help="article, fast, with commas; default: all that ship.")
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(help="WIDTHxHEIGHT, with commas, up to 3840x2160 and more; default: 252x252 "
                     "for article, 640x480 and 1280x720 for fast."),
    ] = None,
    peers: Annotated[
        str, typer.Option("--with", help="Peers to measure beside: eager (naive PyTorch), or none.")
    ] = "eager",
    alone: Annotated[
        bool, typer.Option(help="Measure memory and cold start too, in a process for each.")
    ] = True,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:  # fmt: skip
    """Measure every engine side by side, in one run: the same pictures, in turns."""
    from benchmarks.candidates import PEERS
    from benchmarks.engines import EnginesCase, measure_engines
    from benchmarks.report import publish

    positive("--seconds", seconds)
    beside = () if peers == "none" else parse_names(peers)
    for peer in beside:
        if peer not in PEERS:
            raise UnknownNameError("peer", peer, (*PEERS, "none"))
    case = EnginesCase(
        seconds, device, parse_names(precision), tuple(names or ()), parse_names(networks),
        parse_sizes(sizes), beside, alone,
    )  # fmt: skip
    publish(measure_engines(case, tell), json_out, overwrite=overwrite)


@app.command()
def live(
    source: Annotated[
        str, typer.Option(help="synthetic (a camera before the landscape), camera:0, a video.")
    ] = "synthetic",
    sink: Annotated[str, typer.Option(help="null or window.")] = "null",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT, one or more, with commas.")] = "640x480",
    rate: Annotated[float, typer.Option(help="Frames per second of the camera.")] = 120.0,
    seconds: Seconds = 10.0,
    style: Style = None,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure a camera, end to end: every stage, frames per second, drops, glass to glass."""
    from benchmarks.live import NOTES, LiveCase, measure_live
    from benchmarks.report import publish

    positive("--seconds", seconds)
    positive("--rate", rate)
    if sink not in ("null", "window"):
        raise UnknownNameError("sink to measure live", sink, ("null", "window"))
    paint = PaintSettings(style=style, engine=engine, device=device, precision=precision)
    cases = (LiveCase(one, rate, seconds, paint, source, sink) for one in parse_sizes(size))
    publish([measure_live(case, tell) for case in cases], json_out, NOTES, overwrite=overwrite)


@app.command()
def video(
    frames: Annotated[int, typer.Option(help="Length of the clip.")] = 600,
    size: OneSize = "640x480",
    style: Style = None,
    engine: Engine = "auto",
    precision: Precision = "auto",
    stabilize: Annotated[bool, typer.Option("--stabilize", help="With the filter.")] = False,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure a clip with sound from file to file: frames per second, and memory."""
    from benchmarks.report import publish
    from benchmarks.video import VideoCase, measure_video

    positive("--frames", frames)
    paint = PaintSettings(style=style, engine=engine, precision=precision)
    case = VideoCase(frames, parse_size(size), paint, stabilize)
    publish([measure_video(case, tell)], json_out, overwrite=overwrite)


@app.command()
def hold(
    size: OneSize = "1280x720",
    fps: Annotated[float, typer.Option(help="The rate to hold.")] = 30.0,
    latency: Annotated[float, typer.Option(help="The ms from capture to shown to hold.")] = 80.0,
    seconds: Annotated[float, typer.Option(help="Of each of the three phases.")] = 15.0,
    bundle: Annotated[str | None, typer.Option(help="Style bundle; default: fast.")] = None,
    engine: Engine = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure the latency-budget controller: alone, beside a load on one core, and alone again."""
    from benchmarks.hold import NOTES, HoldCase, measure_hold
    from benchmarks.report import publish

    for option, value in (("--fps", fps), ("--latency", latency), ("--seconds", seconds)):
        positive(option, value)
    case = HoldCase(parse_size(size), fps, latency, seconds, bundle=bundle, engine=engine)
    publish(measure_hold(case, tell), json_out, NOTES, overwrite=overwrite)


@app.command()
def endurance(
    minutes: Annotated[float, typer.Option(help="How long to run.")] = 10.0,
    size: OneSize = "640x480",
    engine: Engine = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Run live for minutes, and see whether memory, threads or open files grow."""
    from benchmarks.endurance import measure_endurance
    from benchmarks.report import publish

    positive("--minutes", minutes)
    row = measure_endurance(60 * minutes, parse_size(size), engine, tell)
    publish([row], json_out, overwrite=overwrite)


@app.command()
def flicker(
    size: OneSize = "640x480",
    frames: Annotated[int, typer.Option(help="Frames per movie.")] = 20,
    photograph: Annotated[
        Path | None, typer.Option(help="The scene; default: the landscape.")
    ] = None,
    clip: Annotated[
        Path | None, typer.Option(help="A film, to follow by optical flow as well.")
    ] = None,
    style: Annotated[str | None, typer.Option(help="Only this style.")] = None,
    engine: Engine = "auto",
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure how steady every style is, over what the camera itself does; 1 is as steady."""
    from benchmarks.flicker import FlickerCase, measure_flicker
    from benchmarks.report import publish

    positive("--frames", frames)
    case = FlickerCase(parse_size(size), frames, photograph, engine, clip, style)
    publish(measure_flicker(case, tell), json_out, overwrite=overwrite)


@app.command()
def scaling(
    seconds: Seconds = 3.0,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
    sizes: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT, with commas.")] = None,
    styles: Annotated[str, typer.Option(help="Numbers of styles, with commas.")] = "1,2,4,8,16,32",
    threads: Annotated[
        str | None,
        typer.Option(help="Numbers of threads, with commas; default: 1, 2, 4, ..."),
    ] = None,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure how the cost of a painting grows with pixels, with styles and with threads."""
    from benchmarks.report import publish
    from benchmarks.scaling import SIZES, ScalingCase, measure_scaling

    positive("--seconds", seconds)
    counts = parse_counts("--styles", styles), parse_counts("--threads", threads)
    case = ScalingCase(seconds, engine, device, precision, parse_sizes(sizes) or SIZES, *counts)
    publish(measure_scaling(case, tell), json_out, overwrite=overwrite)


@app.command()
def goals(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Results to look into; none: measure here and now (half an hour)."),
    ] = None,
    seconds: Seconds = 5.0,
    frames: Annotated[int, typer.Option(help="Of the film.")] = 10_000,
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Show the numbers to reach beside what was measured: goal, measured, met, and what is next."""
    from benchmarks.report import keep
    from benchmarks.suite import goal_parts, run_parts
    from benchmarks.targets import judge

    positive("--seconds", seconds)
    positive("--frames", frames)
    _keep_apart(json_out, files or [])
    if files:
        results = [read(file) for file in files]
        whole = combined(results)
        sources = f"Figures from {', '.join(file.name for file in files)}."
        found = replace(
            whole, rows=judge(results), notes=[sources, *whole.notes],
            command=command_line(sys.argv),
        )  # fmt: skip
    else:
        measured = Result.here(run_parts(goal_parts(seconds, frames), tell))
        found = replace(measured, rows=[*judge([measured]), *measured.rows])
    keep(found, json_out, overwrite=overwrite)


@app.command()
def report(
    files: Annotated[list[Path], typer.Argument(help="What `bench ... --json FILE` wrote.")],
    markdown: Annotated[
        Path | None,
        typer.Option(help="Markdown page to write; - for standard output.", callback=checked),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Picture to draw: .svg or .png.", callback=checked)
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Show results as tables, as a Markdown page, and as a plot."""
    from benchmarks.plot import check_plot, draw
    from benchmarks.report import page, show

    if plot is not None:
        check_plot(plot)
    results = [read(file) for file in files]
    if str(markdown) == "-":
        typer.echo(page(results), nl=False)
    else:
        show(combined(results))
    if markdown is not None and str(markdown) != "-":
        require_free(markdown, files, overwrite=overwrite)
        write_whole(markdown, page(results).encode() + TEXT_MARK)
        tell(f"wrote {markdown}")
    if plot is not None:
        draw(results, plot, overwrite=overwrite)
        tell(f"drew {plot}")


@app.command()
def compare(
    one: Annotated[Path, typer.Argument(help="What `bench engines --json` wrote here.")],
    other: Annotated[Path, typer.Argument(help="And what it wrote on another machine.")],
    json_out: JsonOut = None,
    overwrite: Overwrite = False,
) -> None:
    """Tell how many times faster another machine is, and where that stops mattering."""
    from benchmarks import summary
    from benchmarks.report import publish

    _keep_apart(json_out, [one, other])
    first, second = read(one), read(other)
    rows = summary.compare(first, second)
    for name, result in (("one", first), ("other", second)):
        tell(f"{name}: {machine_line(result.machine)}")
    publish(rows, json_out, overwrite=overwrite)


def _keep_apart(json_out: Path | None, inputs: Sequence[Path]) -> None:
    """Refuse to write over what is read, which is ours as well."""
    for path in inputs:
        if json_out is not None:
            refuse_same_file(json_out, path)
