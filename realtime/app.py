"""Puts the parts together: settings in, a finished run out. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from realtime import overlay, sinks, sources
from realtime.frame import Frame
from realtime.interrupt import run_interruptibly, stop_on_interrupt
from realtime.live.run import Outcome, run_live
from realtime.look import Look
from realtime.painter import Painter, beside, job_key, job_of, open_painter
from realtime.pipeline import Hooks, Report, Shown
from realtime.ports import Engine
from realtime.provenance import is_painted, note_of
from realtime.resize import ResizedSource
from realtime.settings import PaintSettings, Size
from realtime.sinks import SinkOptions
from realtime.sinks.outputs import make_folder
from realtime.sinks.planned import left_as_it_is, planned

Watch = Callable[[Report], None]
__all__ = ["Outcome", "paint_demo", "paint_images", "run_live"]


def paint_images(
    settings: PaintSettings,
    paths: Sequence[Path],
    out: Path | None,
    watch: Callable[[Path], None],
    *,
    overwrite: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Paint pictures one by one into `out`, or beside each picture; returns what is painted.

    Args:
        settings: How.
        paths: The pictures. Two of one name get two paintings: `a-x.jpg` and `a-x-2.jpg`.
        out: Folder.
        watch: Told of every painting that was written.
        overwrite: Replace files that pleinair did not write, and paint what is painted already.
        tell: Given sentences for the user.

    Raises:
        BadInputError: a picture cannot be read, or a file may not be replaced.
        KeyboardInterrupt: after Ctrl-C, between two pictures.
    """
    written: list[Path] = []
    engine, look = open_painter(settings)
    with closing(engine), stop_on_interrupt() as asked:
        painter = Painter.of(settings, engine)

        def target_of(path: Path) -> Path:
            target = beside(path, painter.label)
            return target if out is None else out / target.name

        pairs = planned(paths, target_of, tell)
        inputs = tuple(path for path, _ in pairs)
        for path, target in pairs:
            if asked.is_set():
                done = f"{len(written)} of {len(pairs)} pictures are painted"
                tell(f"{done}; the same command goes on with the others")
                raise KeyboardInterrupt
            job = job_key(_picture_job(path, settings, painter))
            if is_painted(target, job) and not overwrite:
                tell(left_as_it_is(target))
            else:
                options = SinkOptions(
                    path=target.parent, names=(target.name,), inputs=inputs,
                    overwrite=overwrite, note=note_of(painter.label, job),
                )  # fmt: skip
                _paint_picture(path, engine, look, settings.size, options)
                watch(target)
            written.append(target)
    return written


def _picture_job(path: Path, settings: PaintSettings, painter: Painter) -> dict[str, object]:
    """Everything that a painted picture depends on."""
    return job_of(path, painter) | {"size": settings.size} if path.is_file() else {}


def _paint_picture(
    path: Path, engine: Engine, look: Look, size: Size | None, options: SinkOptions
) -> None:
    with closing(sources.open_source(f"images:{path}")) as opened:
        source = ResizedSource(opened, size) if size else opened
        with closing(sinks.open_sink("images", options)) as sink:
            for frame in source:
                sink.show(engine.stylize(frame, look))
            sink.finish()


def paint_demo(
    settings: PaintSettings, folder: Path, seconds: float, watch: Watch, *, overwrite: bool = False
) -> Outcome:
    """Paint the landscape through the threaded pipeline: `demo.mp4`, and `demo.png` with both.

    Raises:
        BadInputError: the folder cannot be made, or a file in it may not be replaced.
    """
    make_folder(folder)
    clip = SinkOptions(path=folder / "demo.mp4", overwrite=overwrite)
    still = SinkOptions(path=folder, names=("demo.png",), overwrite=overwrite)
    with ExitStack() as stack:
        address = f"synthetic:seconds={seconds:g}"
        source = stack.enter_context(closing(sources.open_source(address, size=settings.size)))
        engine, look = open_painter(settings)
        stack.enter_context(closing(engine))
        stills = stack.enter_context(closing(sinks.open_sink("images", still)))
        clip = replace(clip, rate_fps=source.rate_fps)
        sink = stack.enter_context(closing(sinks.open_sink("video", clip)))
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
