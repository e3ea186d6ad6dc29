"""`pleinair bench live`: a camera, end to end; what every stage of the pipeline costs.

    capture | to_network | network | to_show | show

`capture` is the wait for the camera's next picture, `to_network` and `to_show` are waits in the two
boxes between the threads, and the four after `capture` add up to capture-to-shown. Copies to and
from a GPU lie inside `network`: engines take pixels on the CPU and give pixels on the CPU.

Glass to glass is measured by the pictures themselves: the camera writes the time into the frame
(`camera.stamp`), the network paints it with the rest, at full strength, and it is read back from
what the sink was given, once the sink has shown it and has handled its events. The camera's own
delay before it gives a picture and the screen's after it got one are not in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks.camera import StampedSource, age_seconds, landscape_camera
from benchmarks.harness import LIVE_PX, Tell, percentiles, silent
from benchmarks.result import Row
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
class LiveCase:
    """What to measure."""

    size: Size = LIVE_PX
    rate_fps: float = 120.0
    """Of the camera: higher than can be painted, or its pace is what is measured."""
    seconds: float = 10.0
    paint: PaintSettings = field(default_factory=PaintSettings)
    source: str = "synthetic"
    sink: str = "null"
    warm_up_seconds: float = WARM_UP_SECONDS


def measure_live(case: LiveCase, tell: Tell = silent) -> Row:
    """Paint a camera for a while and return one row.

    Raises:
        PleinairError: source, engine or sink are not available, or too few frames came.
    """
    with ExitStack() as stack:
        source = stack.enter_context(_open_source(case))
        painter, look = open_painter(case.paint)
        engine = stack.enter_context(DenoisedEngine(painter))
        sink = stack.enter_context(sinks.open_sink(case.sink))
        tell(f"{case.source} to {case.sink} on {engine.description}")
        recorder = record_run(source, engine, look, sink, Recorder(case))
    return recorder.row() | {
        "network": _network_of(case.paint),
        "source": case.source,
        "sink": case.sink,
        "camera_fps": case.rate_fps if case.source == "synthetic" else source.rate_fps,
        "engine": engine.info.runtime,
        "runs_on": engine.description,
    }


def record_run(
    source: Source, engine: Engine, look: Look, sink: Sink, recorder: Recorder
) -> Recorder:
    """Run the pipeline by the recorder's clock; the caller closes all three."""
    hooks = Hooks(
        look=lambda: look, on_frame=recorder.on_frame, on_timestamps=recorder.on_timestamps
    )
    stamped = StampedSource(source, recorder.clock)
    run(stamped, engine, _ReadingSink(sink, recorder), hooks, clock=recorder.clock)
    return recorder


class Recorder:
    """Records what a run does, once it is warm."""

    def __init__(self, case: LiveCase, clock: Clock = monotonic) -> None:
        self.case, self.clock = case, clock
        self.timestamps: list[StageTimestamps] = []
        self.ages: list[float] = []
        self.lost_codes = self.dropped = self.total_dropped = 0
        self.size = ""
        self._warm_at = math.inf
        self._dropped_before = 0

    def on_timestamps(self, timestamps: StageTimestamps) -> None:
        """Hear when a frame passed the doors."""
        if math.isinf(self._warm_at):
            self._warm_at = timestamps.shown + self.case.warm_up_seconds
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
        return self.timestamps[-1].shown - self.timestamps[0].shown < self.case.seconds

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

    def __init__(self, sink: Sink, recorder: Recorder) -> None:
        self._sink, self._recorder = sink, recorder
        self._frame: Frame | None = None

    def show(self, frame: Frame) -> None:
        self._sink.show(frame)
        self._frame = frame

    def poll(self) -> tuple[Event, ...]:
        events = self._sink.poll()  # where windows draw
        if self._frame is not None:
            self._recorder.on_shown(self._frame)
            self._frame = None
        return events

    def finish(self) -> None:
        self._sink.finish()

    def close(self) -> None:
        self._sink.close()


def _open_source(case: LiveCase) -> Source:
    if case.source == "synthetic":
        return landscape_camera(case.size, case.rate_fps)
    source = sources.open_source(case.source, size=case.size, rate_fps=case.rate_fps)
    return source if source.live else RealtimePlayback(source)


def _network_of(paint: PaintSettings) -> str:
    from realtime.network.library import choose

    return choose(paint.style, paint.bundle)[0].card.config.architecture
