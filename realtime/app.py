"""Runs of pictures and of the demo, from settings to results. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from realtime import overlay, sinks, sources
from realtime.errors import BadInputError, EngineError, PleinairError
from realtime.frame import Frame
from realtime.interrupt import run_interruptibly, stop_on_interrupt
from realtime.live.run import Outcome
from realtime.painter import EngineSpec, default_picture_output, job_key, job_of, open_painter
from realtime.pipeline import Hooks, Report, Shown
from realtime.ports import Size
from realtime.provenance import format_note, is_painted
from realtime.resize import ResizedSource
from realtime.settings import PaintSettings
from realtime.sinks import SinkOptions
from realtime.sinks.images_sink import check_picture_name
from realtime.sinks.outputs import already_painted, is_file_name, make_folder, plan_outputs
from realtime.sources.images_source import unpainted_in


@dataclass(frozen=True)
class PaintedImage:
    """Result of one picture."""

    picture: Path
    result: Path | None = None
    was_done: bool = False
    """An earlier run painted it in just this way."""
    error: PleinairError | None = None


def paint_images(
    settings: PaintSettings,
    paths: Sequence[Path],
    out: Path | None,
    watch: Callable[[Path], None],
    failed: Callable[[PleinairError], None] | None = None,
    *,
    overwrite: bool = False,
    tell: Callable[[str], None] = lambda line: None,
    record: Callable[[PaintedImage], None] = lambda painted: None,
) -> list[Path]:
    """Paint pictures one by one; one that cannot be painted does not stop the others.

    Args:
        settings: How.
        paths: Pictures, and folders of pictures; of those, paintings of ours are left out. Two
            of one name get two paintings: `a-x.jpg` and `a-x-2.jpg`.
        out: The folder for the paintings, made if need be; or, for one picture, a file, whose name
            has an ending. None is beside each picture.
        watch: Told of every painting that was written.
        failed: Told why a picture was not painted; None raises that and stops.
        overwrite: Replace files that pleinair did not write, and paint what is painted already.
        tell: Given sentences for the user.
        record: Told of every picture what came of it.

    Returns:
        What is painted, by this run or in just this way by an earlier one.

    Raises:
        BadInputError: the style or the engine does not exist, the folder cannot be made, or a file
            is to hold several paintings.
        SinkError: the disk is full.
        KeyboardInterrupt: after Ctrl-C, between two pictures.
    """
    written: list[Path] = []
    if out is not None and is_file_name(out):
        check_picture_name(out)

    def cannot(path: Path, error: PleinairError) -> None:
        if failed is None:
            raise error
        record(PaintedImage(path, error=error))
        failed(error)

    engine, look = open_painter(settings)
    with engine, stop_on_interrupt() as asked:
        painter = EngineSpec.of(settings, engine)
        targets = _targets(paths, out, painter.label, cannot)
        pairs = plan_outputs(list(targets), targets.__getitem__, tell)
        inputs = tuple(path for path, _ in pairs)
        for path, target in pairs:
            if asked.is_set():
                done = f"{len(written)} of {len(pairs)} pictures are painted"
                tell(f"{done}; the same command goes on with the others")
                raise KeyboardInterrupt
            job = job_key(_picture_job(path, settings, painter))
            if is_painted(target, job) and not overwrite:
                tell(already_painted(target))
                record(PaintedImage(path, target, was_done=True))
                written.append(target)
                continue
            options = SinkOptions(
                path=target.parent, names=(target.name,), inputs=inputs, overwrite=overwrite,
                note=format_note(painter.label, job),
            )  # fmt: skip
            try:
                frames = list(_frames(path, settings.size))
            except PleinairError as exc:
                cannot(path, exc)
                continue
            if out is not None:
                make_folder(target.parent)
            try:
                _write_picture((engine.stylize(frame, look) for frame in frames), options)
            except (BadInputError, EngineError) as exc:
                cannot(path, exc)
                continue
            record(PaintedImage(path, target))
            watch(target)
            written.append(target)
    return written


def _targets(
    paths: Sequence[Path],
    out: Path | None,
    label: str,
    cannot: Callable[[Path, PleinairError], None],
) -> dict[Path, Path]:
    """Return the usual painting of every picture that is there.

    Raises:
        BadInputError: one file for several pictures.
    """
    targets = {}
    for path in paths:
        try:
            for picture in unpainted_in(path):
                target = default_picture_output(picture, label)
                targets[picture] = target if out is None else out / target.name
        except PleinairError as exc:
            cannot(path, exc)
    if out is None or not is_file_name(out):
        return targets
    if len({path.resolve() for path in targets}) > 1:
        raise BadInputError(
            f"{len(targets)} pictures cannot all become {out}: give a folder, one that is there or "
            "a name without an ending"
        )
    return dict.fromkeys(targets, out)


def _picture_job(path: Path, settings: PaintSettings, painter: EngineSpec) -> dict[str, object]:
    """Everything that a painted picture depends on."""
    return job_of(path, painter) | {"size": settings.size} if path.is_file() else {}


def _frames(path: Path, size: Size | None) -> Iterator[Frame]:
    with sources.open_source(f"images:{path}") as opened:
        yield from ResizedSource(opened, size) if size else opened


def _write_picture(frames: Iterable[Frame], options: SinkOptions) -> None:
    with sinks.open_sink("images", options) as sink:
        for frame in frames:
            sink.show(frame)
        sink.finish()


def paint_demo(
    settings: PaintSettings,
    folder: Path,
    seconds: float,
    watch: Callable[[Report], None],
    *,
    overwrite: bool = False,
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
        source = stack.enter_context(sources.open_source(address, size=settings.size))
        engine, look = open_painter(settings)
        stack.enter_context(engine)
        stills = stack.enter_context(sinks.open_sink("images", still))
        clip = replace(clip, rate_fps=source.rate_fps)
        sink = stack.enter_context(sinks.open_sink("video", clip))
        wanted = (source.frame_count or 2) // 2

        def keep_still(shown: Shown, _report: Report) -> Frame:
            if shown.original.index == wanted:
                both = overlay.joined(shown.original, shown.painted)
                stills.show(replace(shown.painted, pixels=both))
                stills.finish()
            return shown.painted

        hooks = Hooks(look=lambda: look, decorate=keep_still, on_frame=watch)
        interrupted, report = run_interruptibly(source, engine, sink, hooks)
    return Outcome(report, engine.description, sink.result, interrupted)
