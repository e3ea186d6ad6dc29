"""The pipeline of frames: `run_plainly` is the specification, `run` the same on three threads.

    capture (thread) --box--> infer (thread) --box--> show (the caller's thread)

For a file every frame counts: the boxes are bounded queues, and the frames shown are those of
`run_plainly`, bit for bit. For a live source the newest frame counts: the first box keeps only the
latest, and what it replaces is counted as dropped. The first error of any thread stops all three
and is raised in the caller; no thread outlives the call. Where a file breaks off, what was read of
it is shown first.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from realtime.clockwork import Clock, Latency, RateMeter, Samples, monotonic
from realtime.errors import SourceError
from realtime.frame import Frame
from realtime.look import Look
from realtime.mailbox import Closed, LatestBox, Mailbox
from realtime.ports import Engine, Event, Sink, Source

FILE_QUEUE = 4
IDLE_SECONDS = 0.05
"""How long the show thread waits for a frame before it polls the window again."""
JOIN_SECONDS = 15.0
"""Longer than any camera driver's own timeout (10 s on Linux)."""
SAMPLES_KEPT = 200_000
"""Frames that the figures of a run are taken over: its newest, almost two hours at 30 fps."""


@dataclass(frozen=True)
class StageTimestamps:
    """Timestamps of one frame at each stage, in seconds of the run's clock."""

    asked: float
    """The source was asked for it: until `taken` a camera waits for its next picture, a file is
    decoded."""
    taken: float
    begun: float
    """The engine began; since `taken` the frame waited in its box."""
    painted: float
    fetched: float = math.nan
    """The show side took it; since `painted` it waited in its box."""
    shown: float = math.nan
    """The sink has it."""


@dataclass(frozen=True)
class Shown:
    """One frame on its way to the sink, with what is known about it."""

    original: Frame
    painted: Frame
    timestamps: StageTimestamps | None = None


@dataclass
class Report:
    """What a run did. Fills up while it runs; read it from the show callback or afterwards."""

    frames: int = 0
    dropped: int = 0
    seconds: float = 0.0
    first_frame_seconds: float = 0.0
    """From the start of the run to the first frame shown."""
    rate_fps: float = 0.0
    """Over the last second or so."""
    latencies_seconds: Samples = field(default_factory=lambda: Samples(SAMPLES_KEPT))
    """From capture to shown, of the newest frames."""
    engine_seconds: Samples = field(default_factory=lambda: Samples(SAMPLES_KEPT))

    @property
    def mean_fps(self) -> float:
        """Frames per second from the first frame shown to the end."""
        span = self.seconds - self.first_frame_seconds
        return (self.frames - 1) / span if self.frames > 1 and span > 0 else 0.0

    @property
    def latency(self) -> Latency:
        """Capture to shown."""
        return Latency.of(self.latencies_seconds)

    @property
    def engine_latency(self) -> Latency:
        """The engine alone: frame in, finished pixels out."""
        return Latency.of(self.engine_seconds)


def run_plainly(source: Source, engine: Engine, sink: Sink, look: Look) -> int:
    """Paint every frame, one after the other; returns how many. The caller closes all three."""
    frames = 0
    for frame in source:
        sink.show(engine.stylize(frame, look))
        sink.poll()
        frames += 1
    sink.finish()
    return frames


@dataclass
class Hooks:
    """What the caller adds to a run. All are called on the caller's thread, but `look`."""

    look: Callable[[], Look]
    """The look of the next frame; called on the infer thread."""
    decorate: Callable[[Shown, Report], Frame] = lambda shown, report: shown.painted
    """Turns a painted frame into what is shown (overlay, side by side)."""
    on_event: Callable[[Event], bool] = lambda event: True
    """Reacts to keys; False ends the run."""
    on_frame: Callable[[Report], bool | None] = lambda report: None
    """Called after every frame shown; False ends the run."""
    on_timestamps: Callable[[StageTimestamps], None] = lambda timestamps: None
    """Given the timestamps of every frame that was shown; for benchmarks."""
    idle: Callable[[Report], Frame | None] = lambda report: None
    """Returns what to show while no painting comes; None: leave the picture."""
    on_turn: Callable[[Report], None] = lambda report: None
    """Called 20 times a second or more, whether frames come or not; may raise to end the run."""


def run(
    source: Source, engine: Engine, sink: Sink, hooks: Hooks, *, clock: Clock = monotonic
) -> Report:
    """Run the pipeline until the source ends, a hook says stop, or something fails.

    `sink.finish` is called when the source ended or a hook stopped the run, not after an error or
    Ctrl-C. The caller closes source, engine and sink.

    Raises:
        KeyboardInterrupt: Ctrl-C; all threads have ended.
        Whatever the source, the engine, the sink or a hook raised first.
    """
    flow = _Flow(source, engine, hooks, clock)
    workers = [
        threading.Thread(target=flow.guard, args=(flow.capture,), name="capture", daemon=True),
        threading.Thread(target=flow.guard, args=(flow.infer,), name="infer", daemon=True),
    ]
    for worker in workers:
        worker.start()
    try:
        flow.show(sink)
    finally:
        flow.stop()
        for worker in workers:
            worker.join(JOIN_SECONDS)
    if flow.error is not None:
        raise flow.error
    if stuck := [worker.name for worker in workers if worker.is_alive()]:
        raise SourceError(f"the {' and '.join(stuck)} thread does not end: the device hangs")
    sink.finish()
    return flow.report


class _Flow:
    """The state that the three threads share."""

    def __init__(self, source: Source, engine: Engine, hooks: Hooks, clock: Clock) -> None:
        self.source, self.engine, self.hooks, self.clock = source, engine, hooks, clock
        self.captured: Mailbox[tuple[Frame, float, float]] = (
            LatestBox() if source.live else Mailbox(FILE_QUEUE)
        )
        self.painted: Mailbox[Shown] = Mailbox(1 if source.live else FILE_QUEUE)
        self.stopped = threading.Event()
        self.error: BaseException | None = None
        self.report = Report()
        self._lock = threading.Lock()
        self._started = clock()
        self._rate = RateMeter(clock=clock)

    def guard(self, work: Callable[[], None]) -> None:
        """Run a thread's work; an error stops everything and is kept for the caller."""
        try:
            work()
        except Closed:
            pass
        except BaseException as exc:
            self._keep(exc)
            self.stop()

    def _keep(self, error: BaseException) -> None:
        with self._lock:
            self.error = self.error or error

    def capture(self) -> None:
        asked = self.clock()
        try:
            for frame in self.source:
                if self.stopped.is_set():
                    return
                self.captured.put((frame, asked, self.clock()))
                asked = self.clock()
        except Closed:
            raise
        except Exception as exc:
            if self.source.live:
                raise
            self._keep(exc)  # raised once the frames before it are shown
        self.captured.close()

    def infer(self) -> None:
        while True:
            try:
                frame, asked, taken = self.captured.get()
            except Closed:
                self.painted.close()
                return
            begun = self.clock()
            painted = self.engine.stylize(frame, self.hooks.look())
            timestamps = StageTimestamps(asked, taken, begun, self.clock())
            self.report.engine_seconds.append(timestamps.painted - begun)
            self.painted.put(Shown(frame, painted, timestamps))

    def show(self, sink: Sink) -> None:
        going = True
        while going:
            self.hooks.on_turn(self.report)
            try:
                shown = self.painted.get(IDLE_SECONDS)
            except TimeoutError:
                shown = None
                if (still := self.hooks.idle(self.report)) is not None:
                    sink.show(still)
            except Closed:
                return
            if shown is not None:
                going = self._show_one(sink, shown)
            # Every event is handled, even after one that ends the run.
            answers = [self.hooks.on_event(event) for event in sink.poll()]
            going = going and all(answers)

    def _show_one(self, sink: Sink, shown: Shown) -> bool:
        report, timestamps = self.report, shown.timestamps
        assert timestamps is not None
        fetched = self.clock()
        report.dropped = self.captured.dropped
        sink.show(self.hooks.decorate(shown, report))
        timestamps = replace(timestamps, fetched=fetched, shown=self.clock())
        self._rate.tick()
        report.rate_fps = self._rate.per_second
        report.frames += 1
        report.seconds = self.clock() - self._started
        if report.frames == 1:
            report.first_frame_seconds = report.seconds
        report.latencies_seconds.append(timestamps.shown - timestamps.taken)
        self.hooks.on_timestamps(timestamps)
        return self.hooks.on_frame(report) is not False

    def stop(self) -> None:
        self.stopped.set()
        self.captured.abort()
        self.painted.abort()
