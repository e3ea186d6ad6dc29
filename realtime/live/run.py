"""Runs a live session, from settings to outcome. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from realtime import microphones
from realtime.arbitrary_style.request import Request, find_look
from realtime.clockwork import Latency
from realtime.engines.base import styles_of
from realtime.interrupt import run_interruptibly
from realtime.live.controls import State
from realtime.live.drawing import dropped_share
from realtime.live.engines import HeldFrameEngine, LazyEngine
from realtime.live.factory import (
    controller_of,
    denoised,
    engine_opener,
    open_live_sinks,
    open_live_source,
)
from realtime.live.microphone_capture import MicrophoneCapture
from realtime.live.quality_controller import Level
from realtime.live.saved_state import load_state, restore_state, save_state, window_size
from realtime.live.session import Session, SessionContext
from realtime.live.sources import ReconnectingSource
from realtime.pipeline import Report
from realtime.ports import Microphone
from realtime.provenance import WRITTEN_BY
from realtime.settings import LiveSettings
from realtime.sinks.outputs import make_folder

WARMING_UP = "getting ready to paint ..."


@dataclass(frozen=True)
class Outcome:
    """Outcome of a run: report and result file."""

    report: Report
    engine: str
    """The engine's own description."""
    result: Path | None = None
    interrupted: bool = False
    detail: float = 1.0
    """Detail at the end."""
    light_network: bool = False
    """Whether the cheaper network painted at the end."""
    first_painted_seconds: float | None = None
    """From the start of the program to the first painting shown; None: there was none."""


def run_live(settings: LiveSettings, tell: Callable[[str], None]) -> Outcome:
    """Paint a live source until the user quits, the time is up, or the source ends.

    With a window the raw picture is shown while the engine gets ready; without one, nothing is
    measured before it is.

    Raises:
        PleinairError: source, engine or sink cannot be opened, or fail for good.
    """
    has_window = settings.sink == "window"
    values = load_state() if has_window and settings.remembers else {}
    state, request = _beginning(settings, values)
    if settings.snapshots != Path():
        make_folder(settings.snapshots)  # now: a key that is pressed later must not fail
    controller = controller_of(settings, request.entry)
    with ExitStack() as stack:
        source = stack.enter_context(open_live_source(settings))
        styles = styles_of(request.entry.path) + request.styles
        opener = engine_opener(settings, request, source.size, controller)
        late = stack.enter_context(LazyEngine(styles, opener))
        if not has_window:
            late.wait()
            tell(f"painting on {late.description}")
        microphone = stack.enter_context(_microphone(settings))
        state = replace(state, sound=microphone.is_on)
        size = settings.size or window_size(values) or source.size
        opened = open_live_sinks(settings, source.rate_fps, size, microphone)
        sink = stack.enter_context(opened)
        if state.fullscreen:
            sink.set_fullscreen(True)
        extra = HeldFrameEngine(late, lambda: session.frozen, lambda: session.state.strip)
        engine = denoised(extra, settings)

        def waiting_for() -> str:
            trouble = source.trouble() if isinstance(source, ReconnectingSource) else ""
            return trouble or ("" if late.ready else WARMING_UP)

        around = SessionContext(
            snapshots=settings.snapshots,
            seconds=settings.seconds,
            tell=tell,
            fullscreen=sink.set_fullscreen,
            canvas=lambda: sink.canvas,
            previews=lambda: extra.previews,
            repaint=extra.repaint,
            first_painted=lambda: late.first_painted,
            waiting_for=waiting_for,
            redraws=has_window,
            controller=controller,
            microphone=microphone,
        )
        session = stack.enter_context(Session(engine, state, around))
        interrupted, report = run_interruptibly(source, engine, sink, session.hooks())
        if interrupted:
            sink.finish()  # Ctrl-C is how a live recording ends: it is whole
        if has_window and settings.remembers:
            save_state(session.state, [style.name for style in styles], sink.window_size)
        description = engine.description
    level = Level(1.0) if controller is None else controller.level
    return Outcome(
        report, description, sink.result, interrupted, level.detail, level.light_network,
        session.first_painted_seconds,
    )  # fmt: skip


def _microphone(settings: LiveSettings) -> MicrophoneCapture:
    """Open the microphone that was asked for; a key opens the usual one later."""
    address = settings.microphone

    def opened() -> Microphone:
        return microphones.open_microphone(address or "default")

    return MicrophoneCapture(opened, None if address is None else opened())


def _beginning(settings: LiveSettings, values: dict[str, object]) -> tuple[State, Request]:
    """Return the initial state: settings first, then the saved state."""
    request = find_look(settings.style, settings.bundle)
    fresh = State.of_look(request.look)
    state = restore_state(values, fresh, request.names)
    if settings.style is not None or request.entry.card.added_style is not None:
        state = replace(state, base=fresh.base, partner=None)
    if settings.live_stroke is not None:
        strokes = fresh.look.in_strokes(settings.live_stroke)
        state = replace(state, stroke=strokes.stroke, native=strokes.lines is None)
    asked: dict[str, bool | float | None] = {
        "strength": settings.live_strength,
        "keep_colours": settings.live_keep_colours,
        "mirror": settings.mirror,
        "overlay": settings.overlay,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return replace(state, **given), request  # type: ignore[arg-type]


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return what a run did, ready for JSON; times in milliseconds and seconds."""
    report = outcome.report
    possible, first = report.engine_latency.p50_ms, outcome.first_painted_seconds
    return WRITTEN_BY | {
        "engine": outcome.engine,
        "frames": report.frames,
        "seconds": round(report.seconds, 3),
        "fps": round(report.mean_fps, 2),
        "possible_fps": round(1000 / possible, 1) if possible else None,
        "dropped": report.dropped,
        "first_frame_seconds": round(report.first_frame_seconds, 3),
        "first_painted_seconds": None if first is None else round(first, 3),
        "dropped_share": round(dropped_share(report), 3),
        "detail": outcome.detail,
        "draft": outcome.light_network,
        "capture_to_shown_ms": _rounded(report.latency),
        "engine_ms": _rounded(report.engine_latency),
    }


def _rounded(latency: Latency) -> dict[str, float]:
    return {name.removesuffix("_ms"): round(value, 2) for name, value in vars(latency).items()}
