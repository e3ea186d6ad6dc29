"""Microphones that misbehave on order, and what is to be heard in a file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from realtime.clockwork import monotonic
from realtime.errors import SourceError
from realtime.frame import Frame
from realtime.microphones.synthetic_microphone import SyntheticMicrophone
from realtime.ports import Closing
from realtime.sound import Samples, Sound

LEVEL = 0.05
"""Louder than this is sound."""


class FlashSource(Closing):
    """A live source that is white whenever the synthetic microphone is to be heard."""

    live, frame_count, size, rate_fps = True, None, None, 30.0

    def __init__(self) -> None:
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        started, index = monotonic(), 0
        while not self._closed.wait(1 / self.rate_fps):
            now = monotonic()
            level = 235 if now % 1.0 < 0.5 else 20
            yield Frame(np.full((48, 64, 3), level, np.uint8), index, now - started)
            index += 1

    def close(self) -> None:
        self._closed.set()


class LeavingMicrophone:
    """Gives a few blocks, and is gone."""

    name = "leaving"

    def __init__(self, blocks: int) -> None:
        self._inner, self._blocks = SyntheticMicrophone(), blocks

    def __iter__(self) -> Iterator[Sound]:
        for sound, _ in zip(self._inner, range(self._blocks), strict=False):
            yield sound
        raise SourceError("the microphone is gone.")

    def close(self) -> None:
        self._inner.close()


def tone(begins: float, seconds: float, rate: int = 48_000, channels: int = 1) -> Sound:
    samples = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    return Sound(np.repeat(samples[:, None], channels, 1).astype(np.float32), rate, begins)


def heard_in(path: Path) -> tuple[Samples, int, float]:
    """Return the left channel, its rate, and the time of its first sample in seconds."""
    with av.open(str(path)) as container:
        frames = list(container.decode(container.streams.audio[0]))
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    first = frames[0]
    assert first.pts is not None
    assert first.time_base is not None
    return samples.astype(np.float32), first.sample_rate, float(first.pts * first.time_base)


def loudness(path: Path, at: float, span: float = 0.02) -> float:
    """Return the largest sample in a short stretch around a moment of a file."""
    samples, rate, begins = heard_in(path)
    low = max(0, round((at - begins - span) * rate))
    around = samples[low : max(0, round((at - begins + span) * rate))]
    return float(np.abs(around).max()) if len(around) else 0.0
