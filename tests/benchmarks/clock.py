"""A clock that only moves when it is told to."""

from __future__ import annotations

import threading


class FakeClock:
    """Seconds since it was made; any thread may move it."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Return the time."""
        with self._lock:
            return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._seconds += seconds
