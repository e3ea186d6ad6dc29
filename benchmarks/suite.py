"""The suites of `pleinair bench`: which benchmarks run, how long, and what their figures mean.

`--quick` takes the engine that pleinair itself would take; the full suite takes all of them, and
measures how cost grows and how steady every style is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.progress import TextColumn, TimeElapsedColumn

from benchmarks import engines, flicker, live, scaling, sessions, video
from benchmarks.candidates import measure_start
from benchmarks.harness import ARTICLE_PX, CAMERA_FPS, HD_PX, LIVE_PX, Tell, label
from benchmarks.report import Column, Sheet
from benchmarks.result import Result, Row, missing, value_of
from realtime.engines import open_engine
from realtime.errors import PleinairError
from realtime.network.library import choose
from realtime.ports import Size
from realtime.progress import bars
from realtime.settings import FASTEST, PaintSettings

NOTES = (*engines.ARTICLE_NOTES, *live.NOTES)


@dataclass(frozen=True)
class SuitePart:
    """A piece of the suite."""

    name: str
    seconds: float
    """About how long it takes on two CPU cores: for the progress bar."""
    measure: Callable[[Tell], Sequence[Row]]


def quick_parts(device: str, precision: str, vgg: Path | None) -> list[SuitePart]:
    """Return what fits into two minutes on two CPU cores."""
    paint = PaintSettings(device=device, precision=precision)
    entry, _ = choose(None)

    def pictures(seconds: float) -> engines.EnginesCase:
        with open_engine("auto", entry.path, device=device, precision=precision) as chosen:
            return engines.EnginesCase(seconds, device, (precision,), (chosen.info.runtime,))

    return [
        SuitePart("the article's picture", 25, lambda tell: engines.measure_article(
            pictures(3.0), vgg=vgg, tell=tell)),
        SuitePart("engines", 12, lambda tell: engines.measure_engines(
            replace(pictures(2.0), networks=("fast",), isolated=False), tell)),
        _camera(LIVE_PX, 5.0, paint),
        _camera(HD_PX, 5.0, paint),
        _film(150, 12, paint),
        _steadiness(8, 8, entry.card.names[0]),
    ]  # fmt: skip


def full_parts(device: str, precision: str, vgg: Path | None) -> list[SuitePart]:
    """Return what fits into a quarter of an hour on two CPU cores."""
    paint = PaintSettings(device=device, precision=precision)
    precisions = () if precision == "auto" else (precision,)
    sizes = (LIVE_PX, HD_PX, (1920, 1080))

    return [
        SuitePart("the article's picture", 120, lambda tell: engines.measure_article(
            engines.EnginesCase(5.0, device, precisions), vgg=vgg, tell=tell)),
        SuitePart("engines", 300, lambda tell: engines.measure_engines(
            engines.EnginesCase(4.0, device, precisions, networks=("fast",), sizes=sizes), tell)),
        *(_camera(size, 10.0, paint) for size in (ARTICLE_PX, *sizes)),
        _film(900, 35, paint),
        SuitePart("start", 45, measure_start),
        SuitePart("holding a rate", 30, lambda tell: sessions.measure_hold(
            sessions.HoldCase(seconds=8.0), tell)),
        SuitePart("scaling", 70, lambda tell: scaling.measure_scaling(
            scaling.ScalingCase(2.0, device=device, precision=precision), tell)),
        _steadiness(10, 60),
    ]  # fmt: skip


def goal_parts(seconds: float, frames: int) -> list[SuitePart]:
    """Return what the goals for CPUs are judged by.

    Args:
        seconds: For each measurement of a picture; twice that for each live run.
        frames: Of the film whose memory is watched.
    """
    return [
        SuitePart("the article's picture", 24 * seconds, lambda tell: engines.measure_article(
            engines.EnginesCase(seconds), tell=tell)),
        _camera(LIVE_PX, 2 * seconds, PaintSettings()),
        _camera(HD_PX, 2 * seconds, PaintSettings()),
        _film(frames, frames / 45, PaintSettings()),
        SuitePart("start", 45, measure_start),
        SuitePart("holding a rate", 50, lambda tell: sessions.measure_hold(
            sessions.HoldCase(), tell)),
        SuitePart("ten minutes of live", 600, lambda tell: [
            sessions.measure_endurance(600, LIVE_PX, "auto", tell)]),
        _steadiness(10, 90),
    ]  # fmt: skip


def _camera(size: Size, seconds: float, paint: PaintSettings) -> SuitePart:
    usual = paint if paint.precision != "auto" else replace(paint, precision=FASTEST)
    case = live.LiveCase(size=size, seconds=seconds, paint=usual)  # as `pleinair live` paints
    return SuitePart(
        f"live, {label(size)}", seconds + 5, lambda tell: [live.measure_live(case, tell)]
    )


def _film(frames: int, seconds: float, paint: PaintSettings) -> SuitePart:
    return SuitePart("a film", seconds, lambda tell: [
        video.measure_video(frames, LIVE_PX, paint, tell=tell)])  # fmt: skip


def _steadiness(frames: int, seconds: float, style: str | None = None) -> SuitePart:
    case = flicker.FlickerCase(LIVE_PX, frames, style=style)
    return SuitePart("steadiness", seconds, lambda tell: flicker.measure_flicker(case, tell))


def run_parts(parts: Sequence[SuitePart], say: Tell) -> list[Row]:
    """Measure part after part behind a progress bar; one that fails leaves a row with the reason.

    Args:
        parts: What to measure.
        say: Told the name of each part where there is no terminal for a bar.
    """
    rows: list[Row] = []
    with bars(TextColumn("{task.percentage:3.0f} %"), TimeElapsedColumn()) as bar:
        task = bar.add_task("", total=sum(part.seconds for part in parts))
        for part in parts:
            if bar.disable:
                say(part.name)
            bar.update(task, description=part.name)
            try:
                rows += part.measure(lambda line: bar.update(task, description=line))
            except PleinairError as exc:
                rows.append(missing("suite", str(exc), what=part.name))
            bar.advance(task, part.seconds)
    return rows


Answer = tuple[str, str, str]


def summary(result: Result) -> Sheet:
    """Return what to expect of this machine, from the rows of a suite."""
    answers = [*_article(result.of("article")), *_rates(result), *_steady(result.of("flicker"))]
    columns = [
        Column(heading, [answer[i] for answer in answers])
        for i, heading in enumerate(("what", "measured", "which means"))
    ]
    return Sheet("What to expect of this machine", columns)


def _article(rows: Sequence[Row]) -> Iterator[Answer]:
    ours = [r for r in rows if "times_faster_than_article" in r and r["engine"] != "eager"]
    if not ours:
        return
    best = min(ours, key=lambda row: row["p50_ms"])
    what = f"one 252x252 picture, article network, {best['engine']} {best['precision']}"
    means = f"{best['times_faster_than_article']} times the article's 1.456 s (2015 laptop)"
    if "times_faster_than_eager" in best:
        means += f", {best['times_faster_than_eager']} times eager PyTorch here"
    yield what, f"{best['p50_ms']} ms", means
    if "first_picture_s" in best:
        cold = f"the very first one, from nothing: {best['cold_s']} s"
        yield "the first picture, load included", f"{best['first_picture_s']} s", cold
    for row in rows:
        if "extrapolated_s" in row:
            said = f"{row['steps']} steps, extrapolated from {row['runs']}"
            yield "the same by optimisation", f"{row['extrapolated_s']} s", said


def _rates(result: Result) -> Iterator[Answer]:
    for row in result.of("live"):
        keeps = "keeps up with" if row["fps"] >= CAMERA_FPS else "thins"
        glass = value_of(row, "glass_to_glass.p50_ms")
        behind = "" if glass is None else f"; {glass} ms behind life"
        means = f"{keeps} a camera of {CAMERA_FPS} fps{behind}"
        yield f"live, {row['network']} {row['size']}", f"{row['fps']} fps", means
    for row in result.of("video"):
        means = f"a minute of film takes {60 * CAMERA_FPS / row['fps']:.0f} s"
        yield f"film {row['size']}, with sound", f"{row['fps']} fps", means
    for row in result.of("start"):
        yield f"start, {row['what']}", f"{row['seconds']} s", "to the first painted frame"


def _steady(rows: Sequence[Row]) -> Iterator[Answer]:
    stills = {row["style"]: row["still"] for row in rows if not row["stabilize"]}
    if stills:
        worst = max(stills, key=lambda style: stills[style])
        calmer = "calmer than the camera" if stills[worst] <= 1 else "flickers more than the camera"
        what = f"noise that survives, {worst}" + (" (the worst style)" if len(stills) > 1 else "")
        yield what, f"{stills[worst]} x", calmer
