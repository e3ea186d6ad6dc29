"""`pleinair bench live`: a camera, end to end; what every stage of the pipeline costs.

    capture | to_network | network | to_show | show

`capture` is the wait for the camera's next picture, `to_network` and `to_show` are waits in the two
boxes between the threads, and the four after `capture` add up to capture-to-shown. Copies to and
from a GPU lie inside `network`: engines take pixels on the CPU and give pixels on the CPU.

Glass to glass is measured by the pictures themselves: the time is written over the top of a frame
(`stamp`), the network paints it with the rest, at full strength, and it is read back (`read_code`)
from what the sink was given, once the sink has shown it and has handled its events. The camera's
own delay before it gives a picture and the screen's after it got one are not in it.

The time code is black and white blocks that a painting does not lose. Each of the 22 cells is two
blocks, one above the other, of which one is black and one white: which is which is the bit. The
first two cells are known, so the reader learns from them what this style makes of either. It looks
at how colours change from row to row down a cell: networks that take light out of flat areas still
paint their edges. The last four bits check the others: what cannot be read for certain is reported
as lost, not guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from benchmarks.harness import LIVE_PX, Tell, label, landscape_camera, percentiles, silent
from benchmarks.result import Row
from realtime import sinks, sources
from realtime.clockwork import Clock, monotonic
from realtime.errors import BadInputError
from realtime.frame import Frame, Pixels
from realtime.live.denoise import DenoisedEngine
from realtime.live.sources import RealtimePlayback
from realtime.look import Look
from realtime.network.library import choose
from realtime.painter import open_painter
from realtime.pipeline import Hooks, Report, StageTimestamps, run
from realtime.ports import Closing, Engine, Event, PlainSink, Sink, Size, Source
from realtime.settings import PaintSettings

WARM_UP_SECONDS = 1.0
LEAST_FRAMES = 5
TIME_BITS, CHECK_BITS = 16, 4
KNOWN = (1, 0)
"""What the first cells of a time code hold."""
CELLS = len(KNOWN) + TIME_BITS + CHECK_BITS
TICK_SECONDS = 0.00025
PERIOD_SECONDS = TICK_SECONDS * 2**TIME_BITS
"""About 16 s: longer latencies are taken for shorter ones."""
SMALLEST_CELL_PX = 8
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
        recorder = record_run(source, engine, look, Recorder(case, sink))
    return recorder.row() | {
        "network": choose(case.paint.style, case.paint.bundle)[0].card.config.architecture,
        "source": case.source,
        "sink": case.sink,
        "camera_fps": case.rate_fps if case.source == "synthetic" else source.rate_fps,
        "engine": engine.info.runtime,
        "runs_on": engine.description,
    }


def record_run(source: Source, engine: Engine, look: Look, recorder: Recorder) -> Recorder:
    """Run the pipeline by the recorder's clock; the caller closes source, engine and sink."""
    hooks = Hooks(
        look=lambda: look, on_frame=recorder.on_frame, on_timestamps=recorder.on_timestamps
    )
    run(StampedSource(source, recorder.clock), engine, recorder, hooks, clock=recorder.clock)
    return recorder


class Recorder(PlainSink):
    """Hands frames on to a sink, and records what the run does, once it is warm."""

    def __init__(self, case: LiveCase, sink: Sink, clock: Clock = monotonic) -> None:
        self.case, self.clock = case, clock
        self.timestamps: list[StageTimestamps] = []
        self.ages: list[float] = []
        self.lost_codes = self.dropped = self.total_dropped = 0
        self.size = ""
        self._sink = sink
        self._frame: Frame | None = None
        self._warm_at = math.inf
        self._dropped_before = 0

    def show(self, frame: Frame) -> None:
        """Hand the frame on."""
        self._sink.show(frame)
        self._frame = frame

    def poll(self) -> tuple[Event, ...]:
        """Return the sink's events, and look at the picture: windows draw when they are polled."""
        events = self._sink.poll()
        if self._frame is not None:
            self.on_shown(self._frame)
            self._frame = None
        return events

    def on_timestamps(self, timestamps: StageTimestamps) -> None:
        """Record when a frame passed each stage."""
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
        """Read the time code of a frame, now that it has been shown."""
        self.size = label((frame.width, frame.height))
        if not self.timestamps:
            return
        age = age_seconds(frame.pixels, self.clock())
        if age is None:
            self.lost_codes += 1
        else:
            self.ages.append(age)

    def row(self) -> Row:
        """Return the figures of the run.

        Raises:
            BadInputError: the source ended before there was anything to count.
        """
        if len(self.timestamps) < 2:
            raise BadInputError("the source ended before it was warm: give one that lasts longer")
        timestamps = self.timestamps
        span = timestamps[-1].shown - timestamps[0].shown
        codes = len(self.ages) + self.lost_codes
        row: Row = {
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


def _open_source(case: LiveCase) -> Source:
    if case.source == "synthetic":
        return landscape_camera(case.size, case.rate_fps)
    source = sources.open_source(case.source, size=case.size, rate_fps=case.rate_fps)
    return source if source.live else RealtimePlayback(source)


class StampedSource(Closing):
    """A source whose frames show the time at which it gave them; the caller closes the source."""

    def __init__(self, source: Source, clock: Clock = monotonic) -> None:
        self._source, self._clock = source, clock
        self.live, self.rate_fps = source.live, source.rate_fps
        self.frame_count, self.size = source.frame_count, source.size

    def __iter__(self) -> Iterator[Frame]:
        """Yield the source's frames, stamped; those that are too small for a code as they are."""
        for frame in self._source:
            yield stamp(frame, self._clock()) if fits(frame.width, frame.height) else frame


def stamp(frame: Frame, seconds: float) -> Frame:
    """Return the frame with a time written over its top.

    Raises:
        ValueError: it is too small to hold one; see `fits`.
    """
    if not fits(frame.width, frame.height):
        raise ValueError(f"no time code fits into {frame.width}x{frame.height} pixels")
    pixels = frame.pixels.copy()
    side = frame.width // CELLS
    ticks = round(seconds / TICK_SECONDS) % 2**TIME_BITS
    code = f"{ticks:0{TIME_BITS}b}{_check(ticks):0{CHECK_BITS}b}"
    bits = [*KNOWN, *map(int, code)]
    for cell, bit in enumerate(bits):
        columns = slice(cell * side, (cell + 1) * side)
        pixels[:side, columns] = 255 * bit
        pixels[side : 2 * side, columns] = 255 * (1 - bit)
    return frame.with_pixels(pixels)


def read_code(pixels: Pixels) -> float | None:
    """Return the time in seconds, modulo the period, from a painted frame; None: unreadable."""
    side = pixels.shape[1] // CELLS
    edge = side // 4  # brush strokes cross the borders of cells
    cells = pixels[: 2 * side, : CELLS * side].reshape(2 * side, CELLS, side, 3)
    rows = cells[:, :, edge : side - edge].mean(2, dtype=np.float64)  # (2 * side, CELLS, 3)
    steps = np.diff(rows, axis=0).transpose(1, 0, 2).reshape(CELLS, -1)
    bits = _told_apart(steps)[len(KNOWN) :]
    ticks = _number(bits[:TIME_BITS])
    if _number(bits[TIME_BITS:]) != _check(ticks):
        return None
    return ticks * TICK_SECONDS


def _told_apart(cells: npt.NDArray[np.float64]) -> npt.NDArray[np.int_]:
    """Return the bit of each cell, (CELLS, features): the kind it is nearer to, a 1 or a 0.

    At first the kinds are the two cells that are known, then the means of all that were like them.
    """
    bits = np.array([*KNOWN, *[-1] * (len(cells) - len(KNOWN))])
    for _ in range(3):
        one, zero = (cells[bits == bit].mean(0) for bit in (1, 0))
        nearer = (cells - (one + zero) / 2) @ (one - zero) > 0
        bits = np.array([*KNOWN, *nearer[len(KNOWN) :].astype(int)])
    return bits


def age_seconds(pixels: Pixels, now: float) -> float | None:
    """Return how long ago the code in a painted frame was written; None: unreadable."""
    written = read_code(pixels)
    return None if written is None else (now - written) % PERIOD_SECONDS


def fits(width: int, height: int) -> bool:
    """Whether blocks are large enough to be painted, and leave most of the picture alone."""
    side = width // CELLS
    return side >= SMALLEST_CELL_PX and 4 * side <= height


def _number(bits: npt.NDArray[np.int_]) -> int:
    return int("".join(map(str, bits)), 2)


def _check(ticks: int) -> int:
    """Fold a number to four bits, unlike zero for zero: a blank strip is no time."""
    return (ticks ^ ticks >> 4 ^ ticks >> 8 ^ ticks >> 12 ^ 0b1010) & 0b1111
