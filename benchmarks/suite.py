"""The suites of `pleinair bench`: which benchmarks run, how long, behind one progress bar.

`--quick` takes the engine that pleinair itself would take; the full suite takes all of them, and
measures how cost grows and how steady every style is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import TextColumn, TimeElapsedColumn

from benchmarks import article, engines, flicker, hold, live, scaling, video
from benchmarks.endurance import measure_endurance
from benchmarks.harness import ARTICLE_PX, HD_PX, LIVE_PX, Tell, label
from benchmarks.hold import measure_hold
from benchmarks.isolated import measure_start
from benchmarks.result import Row, missing
from realtime.engines import open_engine
from realtime.errors import PleinairError
from realtime.network.library import choose
from realtime.ports import Size
from realtime.progress import bars
from realtime.settings import PaintSettings

NOTES = (*article.NOTES, *live.NOTES)


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

    def name() -> tuple[str, ...]:
        opened = open_engine("auto", entry.path, device=device, precision=precision)
        opened.close()
        return (opened.info.runtime,)

    def pictures(seconds: float, **more: object) -> engines.EnginesCase:
        return engines.EnginesCase(seconds, device, (precision,), name(), **more)  # type: ignore[arg-type]

    return [
        SuitePart("the article's picture", 25, lambda tell: article.measure_article(
            pictures(3.0), vgg=vgg, tell=tell)),
        SuitePart("engines", 12, lambda tell: engines.measure_engines(
            pictures(2.0, networks=("fast",), alone=False), tell)),
        _camera(LIVE_PX, 5.0, paint),
        _camera(HD_PX, 5.0, paint),
        SuitePart("a film", 12, lambda tell: [video.measure_video(
            video.VideoCase(150, LIVE_PX, paint), tell)]),
        SuitePart("steadiness", 8, lambda tell: flicker.measure_flicker(
            flicker.FlickerCase(LIVE_PX, 8, style=entry.card.names[0]), tell)),
    ]  # fmt: skip


def full_parts(device: str, precision: str, vgg: Path | None) -> list[SuitePart]:
    """Return what fits into a quarter of an hour on two CPU cores."""
    paint = PaintSettings(device=device, precision=precision)
    precisions = () if precision == "auto" else (precision,)
    sizes = (LIVE_PX, HD_PX, (1920, 1080))

    return [
        SuitePart("the article's picture", 120, lambda tell: article.measure_article(
            engines.EnginesCase(5.0, device, precisions), vgg=vgg, tell=tell)),
        SuitePart("engines", 300, lambda tell: engines.measure_engines(
            engines.EnginesCase(4.0, device, precisions, networks=("fast",), sizes=sizes), tell)),
        *(_camera(size, 10.0, paint) for size in (ARTICLE_PX, *sizes)),
        SuitePart("a film", 35, lambda tell: [video.measure_video(
            video.VideoCase(900, LIVE_PX, paint), tell)]),
        SuitePart("start", 45, lambda tell: measure_start(tell=tell)),
        SuitePart("holding a rate", 30, lambda tell: measure_hold(
            hold.HoldCase(seconds=8.0), tell)),
        SuitePart("scaling", 70, lambda tell: scaling.measure_scaling(
            scaling.ScalingCase(2.0, device=device, precision=precision), tell)),
        SuitePart("steadiness", 60, lambda tell: flicker.measure_flicker(
            flicker.FlickerCase(LIVE_PX, 10), tell)),
    ]  # fmt: skip


def goal_parts(seconds: float, frames: int) -> list[SuitePart]:
    """Return what the goals for CPUs are judged by.

    Args:
        seconds: For each measurement of a picture; twice that for each live run.
        frames: Of the film whose memory is watched.
    """
    return [
        SuitePart("the article's picture", 24 * seconds, lambda tell: article.measure_article(
            engines.EnginesCase(seconds), tell=tell)),
        _camera(LIVE_PX, 2 * seconds, PaintSettings()),
        _camera(HD_PX, 2 * seconds, PaintSettings()),
        SuitePart("a long film", frames / 45, lambda tell: [video.measure_video(
            video.VideoCase(frames, LIVE_PX, PaintSettings()), tell)]),
        SuitePart("start", 45, lambda tell: measure_start(tell=tell)),
        SuitePart("holding a rate", 50, lambda tell: measure_hold(hold.HoldCase(), tell)),
        SuitePart("ten minutes of live", 600, lambda tell: [
            measure_endurance(600, LIVE_PX, "auto", tell)]),
        SuitePart("steadiness", 90, lambda tell: flicker.measure_flicker(
            flicker.FlickerCase(LIVE_PX, 10), tell)),
    ]  # fmt: skip


def _camera(size: Size, seconds: float, paint: PaintSettings) -> SuitePart:
    case = live.LiveCase(size=size, seconds=seconds, paint=paint)
    return SuitePart(
        f"live, {label(size)}", seconds + 5, lambda tell: [live.measure_live(case, tell)]
    )


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
