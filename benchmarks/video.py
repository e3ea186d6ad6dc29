"""`pleinair bench video`: a clip with sound, file to file, as a user would run it.

The clip is the landscape, looped, with a tone; the figures are frames per second from the first
frame painted to the finished file, what each stage could do alone, and the memory of the process
after a tenth of the frames and at its highest since.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import psutil
from av.audio.stream import AudioStream

from benchmarks.harness import CAMERA_FPS, LandscapeLoop, Tell, label, percentiles, silent, summary
from benchmarks.result import Row
from realtime.clockwork import monotonic
from realtime.film.batch import Batch, paint_batch
from realtime.film.film import Film, FilmSettings
from realtime.frame import Frame
from realtime.media.clip import ClipFacts
from realtime.pipeline import Report
from realtime.ports import Size
from realtime.settings import PaintSettings
from realtime.sinks.encoding import RECIPES
from realtime.sinks.video_writer import Target, VideoWriter
from realtime.sources.synthetic_source import SyntheticSource
from realtime.sources.video_source import VideoSource

LOOP_FRAMES = 90
SOUND_HZ = 48_000
CLOCK = ClipFacts(time_base=Fraction(1, 15_360), pixel_aspect=None)


@dataclass(frozen=True)
class VideoCase:
    """What to measure."""

    frames: int
    size: Size
    paint: PaintSettings
    steady: bool = False


def measure_video(case: VideoCase, tell: Tell = silent) -> Row:
    """Paint a clip and return one row.

    Raises:
        PleinairError: it could not be painted.
    """
    with tempfile.TemporaryDirectory(prefix="pleinair-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        tell(f"writing a clip of {case.frames} frames")
        write_clip(clip, case.frames, case.size)
        decode_fps = _rate_fps(lambda: sum(1 for _ in VideoSource(clip)), case.frames)
        memory = _Memory(case.frames)
        settings = FilmSettings(paint=case.paint, steady=case.steady)
        batch = Batch(paths=[clip], out=Path(folder) / "out.mp4", settings=settings)
        tell("painting it")
        started = monotonic()
        (finished,) = paint_batch(batch, memory, tell)
        seconds = monotonic() - started
        if finished.error is not None:
            raise finished.error
        encode_fps = _encoding_alone(Path(folder))
    report = finished.report
    assert report is not None
    return {
        "bench": "video",
        "size": label(case.size),
        "runs_on": memory.engine,
        "stabilize": case.steady,
        "frames": finished.frames,
        "fps": round(report.mean_fps, 1),
        "fps_with_start_and_join": round(finished.frames / seconds, 1),
        "engine": summary(list(report.engine_seconds)) if report.engine_seconds else {},
        "capture_to_written": percentiles(list(report.latencies_seconds)),
        "memory_early_mb": round(memory.early_mb, 1),
        "memory_peak_mb": round(memory.peak_mb, 1),
        "memory_growth_mb": round(memory.peak_mb - memory.early_mb, 1),
        "decode_alone_fps": decode_fps,
        "encode_alone_fps": encode_fps,
    }


class _Memory:
    """Listens to the painting and looks at the process's memory."""

    def __init__(self, frames: int) -> None:
        self._early = max(1, frames // 10)
        self.early_mb = self.peak_mb = 0.0
        self.engine = ""

    def begin(self, film: Film) -> None:
        self.engine = film.painter.description

    def update(self, film: Film, report: Report) -> None:
        del film
        now = psutil.Process().memory_info().rss / 1e6
        if report.frames <= self._early:
            self.early_mb = max(self.early_mb, now)
        self.peak_mb = max(self.peak_mb, now)


def write_clip(path: Path, frames: int, size: Size) -> None:
    """Write the landscape with a tone: H.264 and AAC, 30 frames per second."""
    silent = path.with_name("silent.mp4")
    loop = LandscapeLoop(size, CAMERA_FPS, min(LOOP_FRAMES, frames))
    _encode(silent, SyntheticSource(loop, rate_fps=CAMERA_FPS, frame_count=frames))
    with av.open(str(silent)) as original, av.open(str(path), "w") as container:
        pictures = container.add_stream_from_template(original.streams.video[0])
        sound = container.add_stream("aac", rate=SOUND_HZ)
        assert isinstance(sound, AudioStream)
        sound.layout = "stereo"
        for packet in original.demux(original.streams.video[0]):
            if packet.size:
                packet.stream = pictures
                container.mux(packet)
        for i in range(frames * SOUND_HZ // CAMERA_FPS // 1024):
            at = (np.arange(1024) + 1024 * i) / SOUND_HZ
            wave = (9000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16)
            tone = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None], "s16", "stereo")
            tone.sample_rate, tone.pts = SOUND_HZ, 1024 * i
            container.mux(sound.encode(tone))
        container.mux(sound.encode(None))
    silent.unlink()


def _encode(path: Path, frames: Iterable[Frame]) -> None:
    writer = None
    for frame in frames:
        writer = writer or VideoWriter(path, Target(RECIPES[".mp4"], CAMERA_FPS, CLOCK), frame)
        writer.write(frame)
    if writer is not None:
        writer.end()


def _rate_fps(work: Callable[[], object], frames: int) -> float:
    started = monotonic()
    work()
    return round(frames / (monotonic() - started), 1)


def _encoding_alone(folder: Path) -> float:
    """Encode the beginning of what was painted a second time, from memory."""
    with VideoSource(folder / "out.mp4") as source:
        painted = list(islice(source, LOOP_FRAMES))
    return _rate_fps(lambda: _encode(folder / "again.mp4", painted), len(painted))
