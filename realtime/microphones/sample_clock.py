"""Timestamps of audio blocks by counting samples, without the jitter of the system's times."""

from __future__ import annotations

from collections import deque

SEEN_SECONDS = 5.0
"""So far back is looked. What was lost in the driver is made up for after that time."""


class SampleClock:
    """Counts samples from the earliest offset that the system reported in the last seconds.

    Blocks come late, never early, and some systems hand over whole seconds at once, of which they
    say that the first was taken just now.

    Args:
        rate: Samples per second.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._count = 0
        self._origins: deque[tuple[float, float]] = deque()

    def begins(self, count: int, said: float) -> float:
        """Return the time of a block's first sample.

        Args:
            count: Its length in samples.
            said: What the system says of its beginning, in seconds.
        """
        at = self._count / self._rate
        self._count += count
        self._origins.append((at, said - at))
        while self._origins[0][0] < at - SEEN_SECONDS:
            self._origins.popleft()
        return at + min(origin for _, origin in self._origins)
