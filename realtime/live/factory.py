"""Builds the source, the engines and the sinks of a live run from its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np

from realtime import sinks, sources
from realtime.arbitrary_style.fit import with_paintings
from realtime.arbitrary_style.request import Request
from realtime.engines import open_engine
from realtime.frame import Frame
from realtime.live.denoise import DenoisedEngine
from realtime.live.engines import USUAL_VARIANT, FallbackEngine, Variant, light_network_of
from realtime.live.microphone_capture import MicrophoneCapture
from realtime.live.quality_controller import QualityController, quality_levels
from realtime.live.sinks import LetterboxSink
from realtime.live.sources import RealtimePlayback, ReconnectingSource
from realtime.look import Look
from realtime.network.library import Entry
from realtime.ports import Engine, Sink, Size, Source
from realtime.settings import LiveSettings
from realtime.sinks import SinkOptions

WARM_UP_FRAMES = 3
USUAL_RATE_FPS, NO_LATENCY_MS = 30.0, 1000.0


def open_live_source(settings: LiveSettings) -> Source:
    """Open a camera that is reopened when it fails, or a file played in real time."""

    def opened() -> Source:
        return sources.open_source(settings.source, size=settings.size, rate_fps=settings.rate_fps)

    source = opened()
    if source.live:
        return ReconnectingSource(source, opened) if source.frame_count is None else source
    return RealtimePlayback(source, reopen=opened if settings.loop else None)


def open_live_sinks(
    settings: LiveSettings, rate_fps: float, size: Size | None, microphone: MicrophoneCapture
) -> Sink:
    """Open the sink, and the virtual camera beside it; a window opens at `size`, if it is known.

    A file has the microphone's sound, if it is on.
    """
    names = [settings.sink] + (["virtual_camera"] if settings.virtual_camera else [])
    options = SinkOptions(
        path=settings.out, rate_fps=rate_fps, size=size, overwrite=settings.overwrite,
        inputs=sources.files_of(settings.source),
        read_sound=microphone.listen() if microphone.is_on and settings.sink == "video" else None,
    )  # fmt: skip
    with ExitStack() as stack:
        opened = [stack.enter_context(sinks.open_sink(name, options)) for name in names]
        stack.pop_all()
    return LetterboxSink(*opened)


def controller_of(settings: LiveSettings, entry: Entry) -> QualityController | None:
    """Return the controller that was asked for, or None."""
    if settings.hold_fps is None and settings.latency_ms is None:
        return None
    latency_ms = settings.latency_ms or NO_LATENCY_MS
    levels = quality_levels(with_light_network=light_network_of(entry) is not None)
    return QualityController(settings.hold_fps or USUAL_RATE_FPS, latency_ms / 1000, levels)


def engine_opener(
    settings: LiveSettings,
    request: Request,
    size: Size | None,
    controller: QualityController | None,
) -> Callable[[], Engine]:
    """Return a function that opens the engine and warms it up at the camera's size, if known."""
    entry = request.entry

    def open_one(entry: Entry, name: str, precision: str, threads: int | None = None) -> Engine:
        engine = open_engine(
            name, entry.path, device=settings.device, precision=precision, threads=threads
        )
        if size is not None:
            grey = np.full((size[1], size[0], 3), 128, np.uint8)
            look = Look.of_style(0, len(engine.styles)).in_strokes(settings.live_stroke or 1.0)
            for _ in range(WARM_UP_FRAMES):
                engine.stylize(Frame(grey, 0, 0.0), look)
        return engine

    def opened() -> Engine:
        with ExitStack() as stack:
            engine = stack.enter_context(open_one(entry, settings.engine, settings.precision))
            if controller is not None:
                engines = {USUAL_VARIANT: engine}
                for way, other, threads in _other_ways(entry, engine):
                    # As the first one runs: nothing is tried a second time.
                    as_first = engine.info.runtime, engine.info.precision
                    opened = open_one(other, *as_first, threads)
                    engines[way] = stack.enter_context(opened)
                controller.can_reserve_core = (False, True) in engines
                engine = FallbackEngine(engines, lambda: controller.level)
            engine = with_paintings(engine, request)
            stack.pop_all()
        return engine

    return opened


def denoised(engine: Engine, settings: LiveSettings) -> Engine:
    """Wrap an engine with denoising, unless the settings turn it off."""
    return DenoisedEngine(engine) if settings.denoise else engine


def _other_ways(entry: Entry, engine: Engine) -> Iterator[tuple[Variant, Entry, int | None]]:
    """Yield the alternative engines: their bundle and number of threads."""
    light_network = light_network_of(entry)
    info = engine.info
    threads = info.threads if info.lockstep and info.threads else 1
    if light_network is not None:
        yield (True, False), light_network, None
    if threads > 1:
        yield (False, True), entry, threads - 1
    if threads > 1 and light_network is not None:
        yield (True, True), light_network, threads - 1
