"""Puts the parts together: settings in, a finished run out. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from realtime import overlay, sinks, sources
from realtime.engines import open_engine
from realtime.frame import Frame
from realtime.interrupt import run_interruptibly
from realtime.look import Look
from realtime.network.library import choose
from realtime.paced import PacedSource
from realtime.pipeline import Hooks, Report, Shown
from realtime.ports import Engine, Source
from realtime.resize import ResizedSource
from realtime.session import Session, starting_state
from realtime.settings import LiveSettings, PaintSettings
from realtime.sinks import SinkOptions

Watch = Callable[[Report], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did and where its result lies."""

    report: Report
    engine: str
    """The engine's own description."""
    result: Path | None = None
    interrupted: bool = False


def open_painter(settings: PaintSettings) -> tuple[Engine, Look]:
    """Find the style, open the engine that paints it, and return both with the look."""
    entry, look = choose(settings.style, settings.bundle)
    engine = open_engine(
        settings.engine, entry.path, device=settings.device, precision=settings.precision
    )
    return engine, look.with_strength(settings.strength)


def run_live(settings: LiveSettings, tell: Callable[[str], None]) -> Outcome:
    """Paint a live source until the user quits, the time is up, or the source ends."""
    with ExitStack() as stack:
        source = stack.enter_context(closing(_open_live_source(settings)))
        engine, look = open_painter(settings)
        stack.enter_context(closing(engine))
        tell(f"painting on {engine.description}")
        options = SinkOptions(path=settings.out, rate_fps=source.rate_fps, original=None)
        sink = stack.enter_context(closing(sinks.open_sink(settings.sink, options)))
        state = starting_state(look, mirror=settings.mirror, shows_overlay=settings.overlay)
        session = Session(
            engine, state, snapshots=settings.snapshots, seconds=settings.seconds, tell=tell
        )
        interrupted, report = run_interruptibly(source, engine, sink, session.hooks())
        if interrupted:
            sink.finish()  # Ctrl-C is how a live recording ends: it is whole
    return Outcome(report, engine.description, getattr(sink, "result", None), interrupted)


def paint_video(
    settings: PaintSettings,
    path: Path,
    out: Path | None,
    watch: Watch,
    *,
    expect: Callable[[int | None], None],
) -> Outcome:
    """Paint a video file, sound and timing kept.

    Args:
        settings: How to paint.
        path: The clip.
        out: Where to; None puts `clip-STYLE.mp4` beside the clip.
        watch: Called with the report after every frame.
        expect: Called once with the number of frames to come, or None.
    """
    with ExitStack() as stack:
        source: Source = stack.enter_context(closing(sources.open_source(f"video:{path}")))
        engine, look = open_painter(settings)
        stack.enter_context(closing(engine))
        target = out or beside(path, style_label(engine, look))
        options = SinkOptions(path=target, rate_fps=source.rate_fps, original=path)
        sink = stack.enter_context(closing(sinks.open_sink("video", options)))
        if settings.size:
            source = ResizedSource(source, settings.size)
        expect(source.frame_count)
        hooks = Hooks(look=lambda: look, on_frame=_always(watch))
        interrupted, report = run_interruptibly(source, engine, sink, hooks)
    return Outcome(report, engine.description, getattr(sink, "result", None), interrupted)


def paint_images(
    settings: PaintSettings, paths: Sequence[Path], out: Path | None, watch: Callable[[Path], None]
) -> list[Path]:
    """Paint pictures one by one into `out`, or beside each picture; returns what was written."""
    written = []
    engine, look = open_painter(settings)
    with closing(engine):
        label = style_label(engine, look)
        for path in paths:
            target = beside(path, label)
            folder = out if out is not None else path.parent
            options = SinkOptions(path=folder, names=(target.name,), original=path)
            with closing(sources.open_source(f"images:{path}")) as opened:
                source = ResizedSource(opened, settings.size) if settings.size else opened
                with closing(sinks.open_sink("images", options)) as sink:
                    for frame in source:
                        sink.show(engine.stylize(frame, look))
                    sink.finish()
            written.append(folder / target.name)
            watch(written[-1])
    return written


def paint_demo(settings: PaintSettings, folder: Path, seconds: float, watch: Watch) -> Outcome:
    """Paint the landscape through the threaded pipeline: `demo.mp4`, and `demo.png` with both."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        address = f"synthetic:seconds={seconds:g}"
        source = stack.enter_context(closing(sources.open_source(address, size=settings.size)))
        engine, look = open_painter(settings)
        stack.enter_context(closing(engine))
        options = SinkOptions(path=folder / "demo.mp4", rate_fps=source.rate_fps)
        sink = stack.enter_context(closing(sinks.open_sink("video", options)))
        stills = stack.enter_context(
            closing(sinks.open_sink("images", SinkOptions(path=folder, names=("demo.png",))))
        )
        wanted = (source.frame_count or 2) // 2

        def keep_still(shown: Shown, _report: Report) -> Frame:
            if shown.original.index == wanted:
                both = overlay.joined(shown.original, shown.painted)
                stills.show(replace(shown.painted, pixels=both))
                stills.finish()
            return shown.painted

        hooks = Hooks(look=lambda: look, decorate=keep_still, on_frame=_always(watch))
        interrupted, report = run_interruptibly(source, engine, sink, hooks)
    return Outcome(report, engine.description, getattr(sink, "result", None), interrupted)


def style_label(engine: Engine, look: Look) -> str:
    """Name a look for use in a file name: `starry-night`, or `scream+starry-night`."""
    used = [style.name for style, w in zip(engine.styles, look.style_weights, strict=True) if w]
    return "+".join(used)


def beside(path: Path, label: str) -> Path:
    """Return where the painting of `path` goes by default: `clip.mp4` -> `clip-LABEL.mp4`."""
    keeps = {".mp4", ".mkv", ".webm", ".mov", ".m4v", ".png", ".jpg", ".jpeg", ".webp"}
    pictures = {".bmp", ".tif", ".tiff"}
    suffix = path.suffix.lower()
    if suffix not in keeps:
        suffix = ".png" if suffix in pictures else ".mp4"
    return path.with_name(f"{path.stem}-{label}{suffix}")


def _open_live_source(settings: LiveSettings) -> Source:
    source = sources.open_source(settings.source, size=settings.size, rate_fps=settings.rate_fps)
    return source if source.live else PacedSource(source)


def _always(watch: Watch) -> Callable[[Report], bool]:
    def on_frame(report: Report) -> bool:
        watch(report)
        return True

    return on_frame
