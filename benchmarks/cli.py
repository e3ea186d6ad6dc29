"""`pleinair bench`: the commands; benchmarks are imported when they run."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.result import Result, Row, combined, command_line, machine_line, read
from realtime.errors import BadInputError, MissingExtraError, UnknownNameError
from realtime.folders import write_whole
from realtime.options import Device, Engine, Precision, Style, new_app
from realtime.provenance import TEXT_MARK
from realtime.settings import FASTEST, PaintSettings, parse_size
from realtime.sinks.outputs import refuse_same_file, require_free
from realtime.terminal import echo

if TYPE_CHECKING:
    from realtime.ports import Size  # brings numpy, which `--help` does without

app = new_app()


def tell(line: str) -> None:
    """Say what is being measured."""
    echo(line, err=True)


def checked(context: typer.Context, path: Path | None) -> Path | None:
    """Refuse an output that may not be written before anything is measured for it."""
    if path is not None and str(path) != "-" and not context.resilient_parsing:
        require_free(path, overwrite=bool(context.params.get("overwrite")))
    return path


def positive(option: typer.CallbackParam, value: float) -> float:
    """Refuse what cannot be a duration or a count."""
    if not 0 < value < float("inf"):
        raise BadInputError(f"{option.opts[0]} must be above 0, got {value:g}")
    return value


def sizes_of(text: str) -> tuple[Size, ...]:
    """Read `252x252,640x480`."""
    return tuple(map(parse_size, names_of(text)))


def names_of(text: str | None) -> tuple[str, ...]:
    """Read `fp32,int8`."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def counts_of(option: str, text: str | None) -> tuple[int, ...]:
    """Read `1,2,4`; BadInputError when these are no whole numbers above 0."""
    parts = names_of(text)
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise BadInputError(f"{option} {text!r} not understood: expected numbers, as in 1,2,4")
    return tuple(map(int, parts))


Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", is_eager=True, help="Replace a file that pleinair did not write."),
]
"""Eager: `checked` wants to know it."""
JsonOut = Annotated[
    Path | None,
    typer.Option("--json", help="File for the data; - for standard output.", callback=checked),
]
Seconds = Annotated[
    float, typer.Option(help="Time to spend on each measurement.", callback=positive)
]
OneSize = Annotated[str, typer.Option(help="WIDTHxHEIGHT.")]
Precisions = Annotated[
    str | None,
    typer.Option(
        help="fp32, bf16, fp16, int8, with commas; default: all, but fp16 only with a GPU."
    ),
]
Engines = Annotated[
    list[str] | None, typer.Argument(help="Engines to measure; default: all that are here.")
]
Vgg = Annotated[
    Path | None,
    typer.Option(help="VGG weights (a file or folder), to measure `pleinair paint` beside."),
]


def above_zero(words: str) -> Any:  # noqa: ANN401
    """Return an option for a number above 0."""
    return typer.Option(help=words, callback=positive)


Measured = Result | tuple[Sequence[Row], Sequence[str]]
"""What a command measured: a result, or rows and notes of here and now."""


def measures(measure: Callable[..., Measured]) -> Callable[..., Measured]:
    """Make a function a command that shows and keeps what it returns: `--json`, `--overwrite`."""

    def run(json_out: JsonOut = None, overwrite: Overwrite = False, **options: Any) -> None:  # noqa: ANN401
        from benchmarks.report import keep

        for value in options.values():
            for path in value if isinstance(value, list) else [value]:
                if isinstance(path, Path) and json_out is not None:
                    refuse_same_file(json_out, path)  # what is read is ours as well
        found = measure(**options)
        result = found if isinstance(found, Result) else Result.here(*found)
        keep(result, json_out, overwrite=overwrite)

    asked, ours = (inspect.signature(one, eval_str=True).parameters for one in (measure, run))
    where = [ours["json_out"], ours["overwrite"]]
    run.__signature__ = inspect.Signature([*asked.values(), *where])  # type: ignore[attr-defined]
    app.command(measure.__name__, help=inspect.getdoc(measure))(run)
    return measure


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Under two minutes.")] = False,
    out: Annotated[Path, typer.Option(help="JSON file to write.")] = Path("out/bench.json"),
    plot: Annotated[
        Path | None, typer.Option(help="Picture to draw, .svg or .png; default: beside the JSON.")
    ] = None,
    vgg: Vgg = None,
    device: Device = "auto",
    precision: Precision = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Measure this machine: the article's picture, engines, live, film, steadiness (15 minutes)."""
    if context.invoked_subcommand is not None:
        return
    from benchmarks.plot import check_plot, draw
    from benchmarks.report import show
    from benchmarks.suite import NOTES, full_parts, quick_parts, run_parts, summary

    require_free(out, overwrite=overwrite)
    picture = plot or out.with_suffix(".svg")
    can_draw = True
    try:
        check_plot(picture, overwrite=overwrite)
    except MissingExtraError as exc:
        if plot is not None:
            raise
        tell(f"no plot: {exc}")  # nobody asked for one: not worth stopping for
        can_draw = False
    parts = (quick_parts if quick else full_parts)(device, precision, vgg)
    result = Result.here(run_parts(parts, tell), NOTES)
    result.write(out, overwrite=overwrite)
    show(result, [summary(result)])
    echo(f"wrote {out}")
    if can_draw:
        draw([result], picture, overwrite=overwrite)
        echo(f"drew {picture}")


@measures
def article(
    names: Engines = None,
    seconds: Seconds = 10.0,
    device: Device = "auto",
    precision: Precisions = None,
    vgg: Vgg = None,
    steps: Annotated[int, above_zero("Of `pleinair paint`, to extrapolate to.")] = 200,
) -> Measured:
    """Measure the article's own case: one 252x252 picture, cold and warm, on every engine."""
    from benchmarks.engines import ARTICLE_NOTES, EnginesCase, measure_article

    case = EnginesCase(seconds, device, names_of(precision), tuple(names or ()))
    return measure_article(case, vgg=vgg, steps=steps, tell=tell), ARTICLE_NOTES


@measures
def engines(
    names: Engines = None,
    seconds: Seconds = 5.0,
    device: Device = "auto",
    precision: Precisions = None,
    networks: Annotated[
        str | None, typer.Option(help="article, fast, with commas; default: all that ship.")
    ] = None,
    sizes: Annotated[
        str,
        typer.Option(help="WIDTHxHEIGHT, with commas, up to 3840x2160 and more; default: 252x252 "
                     "for article, 640x480 and 1280x720 for fast.")
    ] = "",
    peers: Annotated[
        str, typer.Option("--with", help="Peers to measure beside: eager (naive PyTorch), or none.")
    ] = "eager",
    alone: Annotated[
        bool, typer.Option(help="Measure memory and cold start too, in a process for each.")
    ] = True,
) -> Measured:  # fmt: skip
    """Measure every engine side by side, in one run: the same pictures, in turns."""
    from benchmarks.engines import EnginesCase, measure_engines

    beside = () if peers == "none" else names_of(peers)
    case = EnginesCase(
        seconds, device, names_of(precision), tuple(names or ()), names_of(networks),
        sizes_of(sizes), beside, alone,
    )  # fmt: skip
    return measure_engines(case, tell), ()


@measures
def live(
    source: Annotated[
        str, typer.Option(help="synthetic (a camera before the landscape), camera:0, a video.")
    ] = "synthetic",
    sink: Annotated[str, typer.Option(help="null or window.")] = "null",
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT, one or more, with commas.")] = "640x480",
    rate: Annotated[float, above_zero("Frames per second of the camera.")] = 120.0,
    seconds: Seconds = 10.0,
    style: Style = None,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = FASTEST,
) -> Measured:
    """Measure a camera, end to end: every stage, frames per second, drops, glass to glass."""
    from benchmarks.live import NOTES, LiveCase, measure_live

    if sink not in ("null", "window"):
        raise UnknownNameError("sink to measure live", sink, ("null", "window"))
    paint = PaintSettings(style=style, engine=engine, device=device, precision=precision)
    cases = (LiveCase(one, rate, seconds, paint, source, sink) for one in sizes_of(size))
    return [measure_live(case, tell) for case in cases], NOTES


@measures
def video(
    frames: Annotated[int, above_zero("Length of the clip.")] = 600,
    size: OneSize = "640x480",
    style: Style = None,
    engine: Engine = "auto",
    precision: Precision = "auto",
    stabilize: Annotated[bool, typer.Option("--stabilize", help="With the filter.")] = False,
) -> Measured:
    """Measure a clip with sound from file to file: frames per second, and memory."""
    from benchmarks.video import measure_video

    paint = PaintSettings(style=style, engine=engine, precision=precision)
    return [measure_video(frames, parse_size(size), paint, steady=stabilize, tell=tell)], ()


@measures
def hold(
    size: OneSize = "1280x720",
    fps: Annotated[float, above_zero("The rate to hold.")] = 30.0,
    latency: Annotated[float, above_zero("The ms from capture to shown to hold.")] = 80.0,
    seconds: Annotated[float, above_zero("Of each of the three phases.")] = 15.0,
    bundle: Annotated[str | None, typer.Option(help="Style bundle; default: fast.")] = None,
    engine: Engine = "auto",
) -> Measured:
    """Measure the latency-budget controller: alone, beside a load on one core, and alone again."""
    from benchmarks.sessions import HOLD_NOTES, HoldCase, measure_hold

    case = HoldCase(parse_size(size), fps, latency, seconds, bundle=bundle, engine=engine)
    return measure_hold(case, tell), HOLD_NOTES


@measures
def endurance(
    minutes: Annotated[float, above_zero("How long to run.")] = 10.0,
    size: OneSize = "640x480",
    engine: Engine = "auto",
) -> Measured:
    """Run live for minutes, and see whether memory, threads or open files grow."""
    from benchmarks.sessions import measure_endurance

    return [measure_endurance(60 * minutes, parse_size(size), engine, tell)], ()


@measures
def start() -> Measured:
    """Time the start of live to its first painted frame: with empty caches, and with its own."""
    from benchmarks.candidates import measure_start

    return measure_start(tell), ()


@measures
def flicker(
    size: OneSize = "640x480",
    frames: Annotated[int, above_zero("Frames per movie.")] = 20,
    photograph: Annotated[
        Path | None, typer.Option(help="The scene; default: the landscape.")
    ] = None,
    clip: Annotated[
        Path | None, typer.Option(help="A film, to follow by optical flow as well.")
    ] = None,
    style: Annotated[str | None, typer.Option(help="Only this style.")] = None,
    engine: Engine = "auto",
    precision: Precision = "auto",
) -> Measured:
    """Measure how steady every style is, over what the camera itself does; 1 is as steady."""
    from benchmarks.flicker import FlickerCase, measure_flicker

    case = FlickerCase(parse_size(size), frames, photograph, engine, clip, style, precision)
    return measure_flicker(case, tell), ()


@measures
def scaling(
    seconds: Seconds = 3.0,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
    sizes: Annotated[str, typer.Option(help="WIDTHxHEIGHT, with commas.")] = "",
    styles: Annotated[str, typer.Option(help="Numbers of styles, with commas.")] = "1,2,4,8,16,32",
    threads: Annotated[
        str, typer.Option(help="Numbers of threads, with commas; default: 1, 2, 4, ...")
    ] = "",
) -> Measured:
    """Measure how the cost of a painting grows with pixels, with styles and with threads."""
    from benchmarks.scaling import SIZES, ScalingCase, measure_scaling

    counts = counts_of("--styles", styles), counts_of("--threads", threads)
    case = ScalingCase(seconds, engine, device, precision, sizes_of(sizes) or SIZES, *counts)
    return measure_scaling(case, tell), ()


@measures
def goals(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Results to look into; none: measure here and now (half an hour)."),
    ] = None,
    seconds: Seconds = 5.0,
    frames: Annotated[int, above_zero("Of the film.")] = 10_000,
) -> Measured:
    """Show the numbers to reach beside what was measured: goal, measured, met, and what is next."""
    from benchmarks.suite import goal_parts, run_parts
    from benchmarks.targets import judge

    if not files:
        measured = Result.here(run_parts(goal_parts(seconds, frames), tell))
        return replace(measured, rows=[*judge([measured]), *measured.rows])
    results = [read(file) for file in files]
    whole = combined(results)
    notes = [f"Figures from {', '.join(file.name for file in files)}.", *whole.notes]
    return replace(whole, rows=judge(results), notes=notes, command=command_line(sys.argv))


@measures
def compare(
    one: Annotated[Path, typer.Argument(help="What `bench engines --json` wrote here.")],
    other: Annotated[Path, typer.Argument(help="And what it wrote on another machine.")],
) -> Measured:
    """Tell how many times faster another machine is, and where that stops mattering."""
    from benchmarks import engines

    first, second = read(one), read(other)
    names = {"one": first, "other": second}
    notes = [f"{name}: {machine_line(result.machine)}" for name, result in names.items()]
    return engines.compare(first, second), notes


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
        check_plot(plot, overwrite=overwrite)
    results = [read(file) for file in files]
    if str(markdown) == "-":
        typer.echo(page(results), nl=False)
    else:
        show(combined(results))
        if markdown is not None:
            require_free(markdown, files, overwrite=overwrite)
            write_whole(markdown, page(results).encode() + TEXT_MARK)
            tell(f"wrote {markdown}")
    if plot is not None:
        draw(results, plot, overwrite=overwrite)
        tell(f"drew {plot}")
