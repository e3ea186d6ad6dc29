"""A block of sound on its way from a microphone into a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, repr=False)
class Sound:
    """Samples that follow each other without a gap. Frozen, like a frame."""

    samples: Samples
    """float32 (N, channels), nominally in [-1, 1]."""
    rate: int
    """Samples per second, in each channel."""
    begins: float
    """When the first sample was taken, in seconds: of a microphone, by `clockwork.monotonic`; in a
    recording, on the clock of its frames (`Frame.pts_seconds`)."""

    @property
    def ends(self) -> float:
        """Time of the sample after the last, in seconds of the same clock."""
        return self.begins + len(self.samples) / self.rate

    def later(self, seconds: float) -> Sound:
        """Return the same samples with a later time."""
        return replace(self, begins=self.begins + seconds)

    def __repr__(self) -> str:
        count, channels = self.samples.shape
        return f"Sound({count} samples at {self.rate} Hz, {channels} ch, {self.begins:.3f} s)"


SoundReader = Callable[[], Sequence[Sound]]
"""Returns what was heard since it was called last, in order."""
