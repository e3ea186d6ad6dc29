"""Live, end to end: what a camera of some rate comes to, stage by stage.

    capture | to_network | network | to_show | show

`capture` is the wait for the camera's next picture, `to_network` and `to_show` are waits in the two
boxes between the threads, and the four after `capture` add up to capture-to-shown. Copies to and
from a GPU lie inside `network`: engines take pixels on the CPU and give pixels on the CPU.

Glass to glass is measured by the pictures themselves: the camera writes the time into the frame
(`timecode`), the network paints it with the rest, at full strength, and it is read back from what
the sink was given, once the sink has shown it and has handled its events. The camera's own delay
before it gives a picture and the screen's after it got one are not in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from benchmarks.camera import StampedSource, landscape_camera
from benchmarks.measure import percentiles
from benchmarks.schema import Row
from benchmarks.timecode import age_seconds
from realtime import sinks, sources
from realtime.clockwork import Clock, monotonic
from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.live.denoise import DenoisedEngine
from realtime.live.sources import RealtimePlayback
from realtime.look import Look
from realtime.painter import open_painter
from realtime.pipeline import Hooks, Report, StageTimestamps, run
from realtime.ports import Engine, Event, PlainSink, Sink, Size, Source
from realtime.settings import PaintSettings

WARM_UP_SECONDS = 1.0
LEAST_FRAMES = 5
NOTES = (
    "Live: stages are percentiles in ms. capture is the wait for the next picture; copies "
    "to and from a GPU lie inside network.",
    "Glass to glass: a time code in the picture, painted, and read back from what was shown; "
    "without the camera's own delay and the screen's.",
)
STAGES: dict[str, Callable[[StageTimestamps], float]] = {
    "capture": lambda at: at.taken - at.asked,
    "to_network": lambda at: at.begun - at.taken,
    "network": lambda at: at.painted - at.begun,
    "to_show": lambda at: at.fetched - at.painted,
    "show": lambda at: at.shown - at.fetched,
}


@dataclass(frozen=True)
class Asked:
    """What to measure."""

    size: Size = (640, 480)
    rate_fps: float = 120.0
    """Of the camera: higher than can be painted, or its pace is what is measured."""
    seconds: float = 10.0
    paint: PaintSettings = field(default_factory=PaintSettings)
    source: str = "synthetic"
    sink: str = "null"
    warm_up_seconds: float = WARM_UP_SECONDS


def measure_live(asked: Asked, tell: Callable[[str], None] = lambda line: None) -> Row:
    """Paint a camera for a while and return one row.

    Raises:
        PleinairError: source, engine or sink are not to be had, or too few frames came.
    """
    with ExitStack() as stack:
        source = stack.enter_context(closing(_open_source(asked)))
        painter, look = open_painter(asked.paint)
        engine = stack.enter_context(closing(DenoisedEngine(painter)))
        sink = stack.enter_context(closing(sinks.open_sink(asked.sink)))
        tell(f"{asked.source} to {asked.sink} on {engine.description}")
        watch = watch_run(source, engine, look, sink, Watch(asked))
    return watch.row() | {
        "network": _network_of(asked.paint),
        "source": asked.source,
        "sink": asked.sink,
        "camera_fps": asked.rate_fps if asked.source == "synthetic" else source.rate_fps,
        "engine": engine.info.runtime,
        "runs_on": engine.description,
    }


def watch_run(source: Source, engine: Engine, look: Look, sink: Sink, watch: Watch) -> Watch:
    """Run the pipeline by the watch's clock; the caller closes all three."""
    hooks = Hooks(look=lambda: look, on_frame=watch.on_frame, on_timestamps=watch.on_timestamps)
    stamped = StampedSource(source, watch.clock)
    run(stamped, engine, _ReadingSink(sink, watch), hooks, clock=watch.clock)
    return watch


class Watch:
    """Takes down what a run does, once it is warm."""

    def __init__(self, asked: Asked, clock: Clock = monotonic) -> None:
        self.asked, self.clock = asked, clock
        self.timestamps: list[StageTimestamps] = []
        self.ages: list[float] = []
        self.lost_codes = self.dropped = self.total_dropped = 0
        self.size = ""
        self._warm_at = math.inf
        self._dropped_before = 0

    def on_timestamps(self, timestamps: StageTimestamps) -> None:
        """Hear when a frame passed the doors."""
        if math.isinf(self._warm_at):
            self._warm_at = timestamps.shown + self.asked.warm_up_seconds
        if timestamps.shown >= self._warm_at:
            self.timestamps.append(timestamps)

    def on_frame(self, report: Report) -> bool:
        """Count what was dropped; False when the time is up."""
        if len(self.timestamps) <= 1:
            self._dropped_before = report.dropped
        self.total_dropped = report.dropped
        self.dropped = report.dropped - self._dropped_before
        if not self.timestamps or len(self.timestamps) < LEAST_FRAMES:
            return True
        return self.timestamps[-1].shown - self.timestamps[0].shown < self.asked.seconds

    def on_shown(self, frame: Frame) -> None:
        """Look at the clock in the picture, now that it has been shown."""
        self.size = f"{frame.width}x{frame.height}"
        if not self.timestamps:
            return
        age = age_seconds(frame.pixels, self.clock())
        if age is None:
            self.lost_codes += 1
        else:
            self.ages.append(age)

    def row(self) -> Row:
        """Return what came of it.

        Raises:
            BadInputError: the source ended before there was anything to count.
        """
        if len(self.timestamps) < 2:
            raise BadInputError("the source ended before it was warm: give one that lasts longer")
        timestamps = self.timestamps
        span = timestamps[-1].shown - timestamps[0].shown
        codes = len(self.ages) + self.lost_codes
        row: dict[str, Any] = {
            "bench": "live",
            "size": self.size,
            "frames": len(timestamps),
            "fps": round((len(timestamps) - 1) / span, 1) if span else 0.0,
            "dropped": self.dropped,
            "stages": {
                name: percentiles([of(at) for at in timestamps]) for name, of in STAGES.items()
            },
            "capture_to_shown": percentiles([at.shown - at.taken for at in timestamps]),
            "codes_read_percent": round(100 * len(self.ages) / codes, 1) if codes else 0.0,
        }
        return row | ({"glass_to_glass": percentiles(self.ages)} if self.ages else {})


class _ReadingSink(PlainSink):
    """A sink that hands on, and looks at each picture once it was shown."""

    def __init__(self, sink: Sink, watch: Watch) -> None:
        self._sink, self._watch = sink, watch
        self._frame: Frame | None = None

    def show(self, frame: Frame) -> None:
        self._sink.show(frame)
        self._frame = frame

    def poll(self) -> tuple[Event, ...]:
        events = self._sink.poll()  # where windows draw
        if self._frame is not None:
            self._watch.on_shown(self._frame)
            self._frame = None
        return events

    def finish(self) -> None:
        self._sink.finish()

    def close(self) -> None:
        self._sink.close()


def _open_source(asked: Asked) -> Source:
    if asked.source == "synthetic":
        return landscape_camera(asked.size, asked.rate_fps)
    source = sources.open_source(asked.source, size=asked.size, rate_fps=asked.rate_fps)
    return source if source.live else RealtimePlayback(source)


def _network_of(paint: PaintSettings) -> str:
    from realtime.network.library import choose

    return choose(paint.style, paint.bundle)[0].card.config.architecture
