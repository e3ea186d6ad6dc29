"""The audio track of a recording, synchronised with its pictures."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer

from realtime.sound import Samples, Sound

RATE, CHANNELS = 48_000, 2
JUMP_SECONDS = 0.1
"""Sound that is further from its place is moved there; nearer, the clocks' drift is taken out."""
PATIENCE_SECONDS = 3.0
"""So much later than its pictures may sound come; then there is silence: files want both."""
SMOOTHING = 0.05
MOST_STRETCH = 0.002
"""How much faster or slower sound may be to catch up: a thirtieth of a semitone."""


class SoundTrack:
    """Turns blocks of sound with gaps into a continuous audio track.

    Args:
        container: The file; its header is not written yet.
        codec: FFmpeg's name for the encoder.
        begins: Where the pictures begin, in seconds of their clock.
    """

    def __init__(self, container: OutputContainer, codec: str, begins: float) -> None:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, AudioStream)
        stream.layout = "stereo"
        self._container, self._stream = container, stream
        self._begins = begins
        self._held: Samples = np.zeros((0, CHANNELS), np.float32)
        self._written = 0
        self._in_place = False
        self._error = 0.0
        self._converter: av.AudioResampler | None = None
        self._converts: int | None = None

    @property
    def ends(self) -> float:
        """End of the sound so far, in seconds of the pictures' clock."""
        return self._begins + (self._written + len(self._held)) / RATE

    def hear(self, sound: Sound) -> None:
        """Add a block of sound; a gap before it becomes silence, an overlap is cut."""
        samples = self._converted(sound)
        error = sound.begins - self.ends
        if abs(error) > JUMP_SECONDS or not self._in_place:
            self._error = 0.0
            missing = round(error * RATE)
            self._hold_silence(missing)
            samples = samples[max(0, -missing) :]
        else:
            self._error += SMOOTHING * (error - self._error)
            samples = stretched(samples, min(MOST_STRETCH, max(-MOST_STRETCH, self._error)))
        if len(samples):
            self._in_place = True
            self._held = np.concatenate([self._held, samples])

    def advance(self, until: float) -> None:
        """Write the sound up to a moment of the pictures' clock."""
        self._hold_silence(round((until - PATIENCE_SECONDS - self.ends) * RATE))
        due = round((until - self._begins) * RATE) - self._written
        if due > 0 and len(self._held):
            self._encode(self._held[:due])
            self._held = self._held[due:]

    def end(self, until: float) -> None:
        """Write the sound up to the end of the pictures, with silence where there is none."""
        self._hold_silence(round((until - self.ends) * RATE))
        self.advance(until)
        self._container.mux(self._stream.encode(None))

    def _hold_silence(self, count: int) -> None:
        if count > 0:
            silence = np.zeros((count, CHANNELS), np.float32)
            self._held = np.concatenate([self._held, silence])

    def _encode(self, samples: Samples) -> None:
        planes = np.ascontiguousarray(np.clip(np.nan_to_num(samples), -1.0, 1.0).T)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = round(self._begins * RATE) + self._written
        self._container.mux(self._stream.encode(frame))
        self._written += len(samples)

    def _converted(self, sound: Sound) -> Samples:
        """Return the samples in stereo at this track's rate."""
        samples = sound.samples[:, :CHANNELS]
        if samples.shape[1] == 1:
            samples = np.repeat(samples, CHANNELS, axis=1)
        if sound.rate == RATE:
            return samples
        if self._converter is None or self._converts != sound.rate:
            self._converter = av.AudioResampler("fltp", "stereo", RATE)
            self._converts = sound.rate
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T), format="fltp", layout="stereo"
        )
        frame.sample_rate = sound.rate
        parts = [part.to_ndarray().T for part in self._converter.resample(frame)]
        return np.concatenate([np.zeros((0, CHANNELS), np.float32), *parts])


def stretched(samples: Samples, share: float) -> Samples:
    """Return the same sound, longer by a small share of its length (shorter, if negative)."""
    count = len(samples) + round(share * len(samples))
    if count == len(samples) or not count:
        return samples
    at = np.linspace(0, len(samples) - 1, count)
    both = [np.interp(at, np.arange(len(samples)), samples[:, side]) for side in range(CHANNELS)]
    return np.stack(both, axis=1).astype(np.float32)
