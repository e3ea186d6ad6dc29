"""A live run from settings to what it did. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from realtime import sinks, sources
from realtime.engines import open_engine
from realtime.engines.base import styles_of
from realtime.frame import Frame
from realtime.interrupt import run_interruptibly
from realtime.live.budget import Budget
from realtime.live.controls import State
from realtime.live.late_engine import LateEngine
from realtime.live.memory import recalled, remember, restored
from realtime.live.paced import PacedSource
from realtime.live.returning_source import ReturningSource
from realtime.live.session import Session, Surroundings
from realtime.live.several import SeveralSinks
from realtime.look import Look
from realtime.network.library import choose
from realtime.pipeline import Report
from realtime.ports import Engine, Sink, Source
from realtime.settings import LiveSettings
from realtime.sinks import SinkOptions

WARM_UP_FRAMES = 3
WARMING_UP = "getting ready to paint ..."


@dataclass(frozen=True)
class Outcome:
    """What a run did and where its result lies."""

    report: Report
    engine: str
    """The engine's own description."""
    result: Path | None = None
    interrupted: bool = False
    detail: float = 1.0
    """At which detail it painted in the end."""


def run_live(settings: LiveSettings, tell: Callable[[str], None]) -> Outcome:
    """Paint a live source until the user quits, the time is up, or the source ends.

    With a window the raw picture is shown while the engine gets ready; without one, nothing is
    measured before it is.

    Raises:
        PleinairError: source, engine or sink cannot be opened, or fail for good.
    """
    has_window = settings.sink == "window"
    values = recalled() if has_window and settings.remembers else {}
    state, path = _beginning(settings, values)
    budget = _budget(settings)
    with ExitStack() as stack:
        source = stack.enter_context(closing(_open_source(settings)))
        styles = styles_of(path)
        engine = stack.enter_context(closing(LateEngine(styles, _opener(settings, path, source))))
        if not has_window:
            engine.wait()
            tell(f"painting on {engine.description}")
        sink = stack.enter_context(closing(_open_sinks(settings, source.rate_fps)))

        def waiting_for() -> str:
            trouble = source.trouble() if isinstance(source, ReturningSource) else ""
            return trouble or ("" if engine.ready else WARMING_UP)

        around = Surroundings(
            snapshots=settings.snapshots,
            seconds=settings.seconds,
            tell=tell,
            fullscreen=getattr(sink, "set_fullscreen", lambda on: None),
            waiting_for=waiting_for,
            redraws=has_window,
            budget=budget,
        )
        session = stack.enter_context(closing(Session(engine, state, around)))
        interrupted, report = run_interruptibly(source, engine, sink, session.hooks())
        if interrupted:
            sink.finish()  # Ctrl-C is how a live recording ends: it is whole
        if has_window and settings.remembers:
            remember(session.state, [style.name for style in styles])
        description = engine.description
    result = getattr(sink, "result", None)
    detail = 1.0 if budget is None else budget.detail
    return Outcome(report, description, result, interrupted, detail)


def _opener(settings: LiveSettings, path: Path, source: Source) -> Callable[[], Engine]:
    """Return what opens the engine and lets it compile for the camera's size, where it is known."""
    size = getattr(source, "size", None)

    def opened() -> Engine:
        engine = open_engine(
            settings.engine, path, device=settings.device, precision=settings.precision
        )
        if size is not None:
            grey = np.full((size[1], size[0], 3), 128, np.uint8)
            for _ in range(WARM_UP_FRAMES):
                engine.stylize(Frame(grey, 0, 0.0), Look.of_style(0, len(engine.styles)))
        return engine

    return opened


def _beginning(settings: LiveSettings, values: dict[str, object]) -> tuple[State, Path]:
    """The state to begin in and its bundle: what was asked, else what is remembered."""
    entry, look = choose(settings.style, settings.bundle)
    fresh = State.of_look(look)
    state = restored(values, fresh, entry.card.names)
    if settings.style is not None:
        state = replace(state, base=fresh.base, partner=None)
    asked: dict[str, bool | float | None] = {
        "strength": settings.live_strength,
        "mirror": settings.mirror,
        "overlay": settings.overlay,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return replace(state, **given), entry.path  # type: ignore[arg-type]


def _budget(settings: LiveSettings) -> Budget | None:
    if settings.hold_fps is None and settings.latency_ms is None:
        return None
    return Budget(settings.hold_fps or 30.0, (settings.latency_ms or 1000.0) / 1000)


def _open_source(settings: LiveSettings) -> Source:
    def opened() -> Source:
        return sources.open_source(settings.source, size=settings.size, rate_fps=settings.rate_fps)

    source = opened()
    if source.live:
        return ReturningSource(source, opened) if source.frame_count is None else source
    return PacedSource(source, reopen=opened if settings.loop else None)


def _open_sinks(settings: LiveSettings, rate_fps: float) -> Sink:
    names = [settings.sink] + (["virtual_camera"] if settings.virtual_camera else [])
    options = SinkOptions(path=settings.out, rate_fps=rate_fps, original=None)
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(sinks.open_sink(name, options))) for name in names]
        stack.pop_all()
    return opened[0] if len(opened) == 1 else SeveralSinks(opened)
