"""`pleinair bench`: what somebody who chooses hardware wants to know, in one go.

`--quick` takes the engine that pleinair itself would take; the full suite takes all of them, and
measures how cost grows and how steady every style is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import article, engines, flicker, hold, live, scaling, video
from benchmarks.endurance import measure_endurance
from benchmarks.hold import measure_hold
from benchmarks.scene import ARTICLE_PX, HD_PX, LIVE_PX
from benchmarks.schema import Row, missing
from benchmarks.start import measure_start
from realtime.engines import open_engine
from realtime.errors import PleinairError
from realtime.network.library import choose
from realtime.settings import PaintSettings

Tell = Callable[[str], None]
NOTES = (*article.NOTES, *live.NOTES)


@dataclass(frozen=True)
class Part:
    """A piece of the suite."""

    name: str
    seconds: float
    """About how long it takes on two CPU cores: for the progress bar."""
    measure: Callable[[Tell], Sequence[Row]]


def quick_parts(device: str, precision: str, vgg: Path | None) -> list[Part]:
    """Return what fits into two minutes on two CPU cores."""
    paint = PaintSettings(device=device, precision=precision)
    entry, _ = choose(None)

    def name() -> tuple[str, ...]:
        opened = open_engine("auto", entry.path, device=device, precision=precision)
        opened.close()
        return (opened.info.runtime,)

    def pictures(seconds: float, **more: object) -> engines.Asked:
        return engines.Asked(seconds, device, (precision,), name(), **more)  # type: ignore[arg-type]

    def camera(size: tuple[int, int]) -> Callable[[Tell], list[Row]]:
        asked = live.Asked(size=size, seconds=5.0, paint=paint)
        return lambda tell: [live.measure_live(asked, tell)]

    return [
        Part("the article's picture", 25, lambda tell: article.measure_article(
            pictures(3.0), vgg=vgg, tell=tell)),
        Part("engines", 12, lambda tell: engines.measure_engines(
            pictures(2.0, networks=("fast",), alone=False), tell)),
        Part("live, 640x480", 9, camera(LIVE_PX)),
        Part("live, 1280x720", 10, camera(HD_PX)),
        Part("a film", 12, lambda tell: [video.measure_video(
            video.Asked(150, LIVE_PX, paint), tell)]),
        Part("steadiness", 8, lambda tell: flicker.measure_flicker(
            flicker.Asked(LIVE_PX, 8, style=entry.card.names[0]), tell)),
    ]  # fmt: skip


def full_parts(device: str, precision: str, vgg: Path | None) -> list[Part]:
    """Return what fits into a quarter of an hour on two CPU cores."""
    paint = PaintSettings(device=device, precision=precision)
    precisions = () if precision == "auto" else (precision,)
    sizes = (LIVE_PX, HD_PX, (1920, 1080))

    def camera(size: tuple[int, int]) -> Part:
        asked = live.Asked(size=size, seconds=10.0, paint=paint)
        return Part(f"live, {size[0]}x{size[1]}", 15,
                    lambda tell: [live.measure_live(asked, tell)])  # fmt: skip

    return [
        Part("the article's picture", 120, lambda tell: article.measure_article(
            engines.Asked(5.0, device, precisions), vgg=vgg, tell=tell)),
        Part("engines", 300, lambda tell: engines.measure_engines(
            engines.Asked(4.0, device, precisions, networks=("fast",), sizes=sizes), tell)),
        *map(camera, (ARTICLE_PX, *sizes)),
        Part("a film", 35, lambda tell: [video.measure_video(
            video.Asked(900, LIVE_PX, paint), tell)]),
        Part("start", 45, lambda tell: measure_start(tell=tell)),
        Part("holding a rate", 30, lambda tell: measure_hold(hold.Asked(seconds=8.0), tell)),
        Part("scaling", 70, lambda tell: scaling.measure_scaling(
            scaling.Asked(2.0, device=device, precision=precision), tell)),
        Part("steadiness", 60, lambda tell: flicker.measure_flicker(
            flicker.Asked(LIVE_PX, 10), tell)),
    ]  # fmt: skip


def goal_parts(seconds: float, frames: int) -> list[Part]:
    """Return what the goals for CPUs are judged by.

    Args:
        seconds: For each measurement of a picture; twice that for each live run.
        frames: Of the film whose memory is watched.
    """

    def camera(size: tuple[int, int]) -> Part:
        asked = live.Asked(size=size, seconds=2 * seconds)
        return Part(f"live, {size[0]}x{size[1]}", 2 * seconds + 5,
                    lambda tell: [live.measure_live(asked, tell)])  # fmt: skip

    return [
        Part("the article's picture", 24 * seconds, lambda tell: article.measure_article(
            engines.Asked(seconds), tell=tell)),
        camera(LIVE_PX),
        camera(HD_PX),
        Part("a long film", frames / 45, lambda tell: [video.measure_video(
            video.Asked(frames, LIVE_PX, PaintSettings()), tell)]),
        Part("start", 45, lambda tell: measure_start(tell=tell)),
        Part("holding a rate", 50, lambda tell: measure_hold(hold.Asked(), tell)),
        Part("ten minutes of live", 600, lambda tell: [
            measure_endurance(600, LIVE_PX, "auto", tell)]),
        Part("steadiness", 90, lambda tell: flicker.measure_flicker(
            flicker.Asked(LIVE_PX, 10), tell)),
    ]  # fmt: skip


def run_parts(parts: Sequence[Part], say: Tell) -> list[Row]:
    """Measure part after part behind a progress bar; one that fails leaves a row with the reason.

    Args:
        parts: What to measure.
        say: Told the name of each part where there is no terminal for a bar.
    """
    console = Console(stderr=True)
    rows: list[Row] = []
    columns = (
        TextColumn("{task.description:44.44}"), BarColumn(),
        TextColumn("{task.percentage:3.0f} %"), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=sum(part.seconds for part in parts))
        for part in parts:
            if not console.is_terminal:
                say(part.name)
            bar.update(task, description=part.name)
            try:
                rows += part.measure(lambda line: bar.update(task, description=line))
            except PleinairError as exc:
                rows.append(missing("suite", str(exc), what=part.name))
            bar.advance(task, part.seconds)
    return rows
