"""Puts the parts together: settings in, a finished run out. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from realtime import overlay, sinks, sources
from realtime.errors import BadInputError, EngineError, PleinairError
from realtime.frame import Frame
from realtime.interrupt import run_interruptibly
from realtime.live.run import Outcome, run_live
from realtime.painter import beside_picture, open_painter, style_label
from realtime.pipeline import Hooks, Report, Shown
from realtime.resize import ResizedSource
from realtime.settings import PaintSettings
from realtime.sinks import SinkOptions, outputs
from realtime.sources.images_source import pictures_in

Watch = Callable[[Report], None]
__all__ = ["Outcome", "paint_demo", "paint_images", "run_live"]


def paint_images(
    settings: PaintSettings,
    paths: Sequence[Path],
    out: Path | None,
    watch: Callable[[Path], None],
    failed: Callable[[PleinairError], None] | None = None,
) -> list[Path]:
    """Paint pictures one by one; one that cannot be painted does not stop the others.

    Args:
        settings: How.
        paths: Pictures, and folders of pictures.
        out: The folder for the paintings, made if need be; None is beside each picture.
        watch: Told the name of each painting.
        failed: Told why a picture was not painted; None raises that and stops.

    Returns:
        What was written.

    Raises:
        BadInputError: the style or the engine does not exist, or the folder cannot be made.
        SinkError: the disk is full.
    """
    written = []
    failed = _raise if failed is None else failed
    engine, look = open_painter(settings)
    with closing(engine):
        label = style_label(engine, look)
        for path in _pictures(paths, label, failed):
            try:
                frames = list(_frames(path, settings))
                target = beside_picture(path, label)
            except PleinairError as exc:
                failed(exc)
                continue
            if out is not None:
                outputs.make_folder(out)
            folder = out if out is not None else path.parent
            options = SinkOptions(path=folder, names=(target.name,), original=path)
            try:
                with closing(sinks.open_sink("images", options)) as sink:
                    for frame in frames:
                        sink.show(engine.stylize(frame, look))
                    sink.finish()
            except (BadInputError, EngineError) as exc:
                failed(exc)
                continue
            written.append(folder / target.name)
            watch(written[-1])
    return written


def _pictures(
    paths: Sequence[Path], label: str, failed: Callable[[PleinairError], None]
) -> Iterator[Path]:
    for path in paths:
        try:
            found = pictures_in(path)
            # Of a folder: not the paintings that an earlier run left beside the pictures.
            paintings = {beside_picture(p, label) for p in found} if path.is_dir() else set()
        except PleinairError as exc:
            failed(exc)
            continue
        yield from (picture for picture in found if picture not in paintings)


def _raise(error: PleinairError) -> None:
    raise error


def _frames(path: Path, settings: PaintSettings) -> Iterator[Frame]:
    with closing(sources.open_source(f"images:{path}")) as opened:
        yield from ResizedSource(opened, settings.size) if settings.size else opened


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


def _always(watch: Watch) -> Callable[[Report], bool]:
    def on_frame(report: Report) -> bool:
        watch(report)
        return True

    return on_frame
