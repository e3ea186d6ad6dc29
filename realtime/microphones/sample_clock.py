"""When samples were taken: a system's word for it jumps about, the samples themselves do not."""

from __future__ import annotations

from collections import deque

SEEN_SECONDS = 5.0
"""So far back is looked. What was lost in the driver is made up for after that time."""


class SampleClock:
    """Counts samples, and lays them at the earliest that the system said of the last seconds.

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
        """Return when a block began.

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
