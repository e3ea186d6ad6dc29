"""`pleinair bench video`: a clip with sound, file to file, as a user would run it.

The clip is the landscape, looped, with a tone; the figures are frames per second from the first
frame painted to the finished file, what each stage could do alone, and the memory of the process
after a tenth of the frames and at its highest since.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import psutil

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
from realtime.sound import Sound
from realtime.sources.synthetic_source import SyntheticSource
from realtime.sources.video_source import VideoSource

LOOP_FRAMES = 90
SOUND_HZ, TONE_HZ, LOUDNESS = 48_000, 440, 0.3
CLOCK = ClipFacts(time_base=Fraction(1, 15_360), pixel_aspect=None)
TARGET = Target(RECIPES[".mp4"], CAMERA_FPS, CLOCK)


def measure_video(
    frames: int, size: Size, paint: PaintSettings, *, steady: bool = False, tell: Tell = silent
) -> Row:
    """Paint a clip of so many frames and return one row.

    Raises:
        PleinairError: it could not be painted.
        KeyboardInterrupt: Ctrl-C came while it was being painted.
    """
    with tempfile.TemporaryDirectory(prefix="pleinair-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        tell(f"writing a clip of {frames} frames")
        write_clip(clip, frames, size)
        decode_fps = _rate_fps(lambda: sum(1 for _ in VideoSource(clip)), frames)
        memory = _Memory(frames)
        settings = FilmSettings(paint=paint, steady=steady)
        batch = Batch(paths=[clip], out=Path(folder) / "out.mp4", settings=settings)
        tell("painting it")
        started = monotonic()
        (finished,) = paint_batch(batch, memory, tell)
        seconds = monotonic() - started
        if finished.error is not None:
            raise finished.error
        if finished.interrupted:
            raise KeyboardInterrupt
        encode_fps = _encoding_alone(Path(folder))
    report = finished.report
    assert report is not None
    return {
        "bench": "video",
        "size": label(size),
        "runs_on": memory.engine,
        "stabilize": steady,
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
    loop = LandscapeLoop(size, CAMERA_FPS, min(LOOP_FRAMES, frames))
    _encode(path, SyntheticSource(loop, rate_fps=CAMERA_FPS, frame_count=frames), with_tone=True)


def _encode(path: Path, frames: Iterable[Frame], *, with_tone: bool = False) -> None:
    writer = None
    for frame in frames:
        writer = writer or VideoWriter(path, TARGET, frame, with_sound=with_tone)
        if with_tone:
            at = frame.pts_seconds + np.arange(SOUND_HZ // CAMERA_FPS) / SOUND_HZ
            tone = (LOUDNESS * np.sin(2 * np.pi * TONE_HZ * at)).astype(np.float32)
            writer.hear(Sound(tone[:, None], SOUND_HZ, frame.pts_seconds))
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
