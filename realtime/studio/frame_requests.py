"""When to ask a page for its next frame: so that it arrives just as the engine becomes free.

Asked for too early, a frame grows old while the painting before it is finished; too late, and the
engine waits. How long a frame is on its way is estimated as TCP estimates the time of a round trip
(RFC 6298): a smoothed mean and a smoothed deviation.
"""

from __future__ import annotations

FIRST_GUESS_SECONDS = 0.06
"""On the way, while nothing was measured yet."""
LONGEST_SECONDS = 0.5
"""Beyond it the camera stood still, or the tab slept: that says nothing about the way."""
MEAN_GAIN, DEVIATION_GAIN = 1 / 8, 1 / 4
DEVIATIONS = 2.0
"""How many deviations earlier than the mean says; TCP's four would be for what must not fail."""
DECODING_SECONDS = 0.003
"""From the arrival to where the engine takes frames from."""


class FrameRequests:
    """Times the requests of one page; used on one thread. All times in seconds."""

    def __init__(self) -> None:
        self._mean, self._deviation = FIRST_GUESS_SECONDS, 0.0
        self._asked: float | None = None
        self._measured = False

    @property
    def lead(self) -> float:
        """How long before the engine is free a frame should be asked for."""
        return self._mean + DEVIATIONS * self._deviation + DECODING_SECONDS

    def delay(self, painting: float) -> float:
        """Return how long after a painting was begun to ask; `painting`: what one takes."""
        return max(0.0, painting - self.lead)

    def asked(self, now: float) -> None:
        """Note that a frame was asked for."""
        self._asked = now

    def arrived(self, now: float) -> None:
        """Note that a frame arrived, asked for or not."""
        if self._asked is None:
            return
        took, self._asked = now - self._asked, None
        if took > LONGEST_SECONDS:
            return
        if not self._measured:
            self._mean, self._deviation, self._measured = took, took / 2, True
            return
        self._deviation += DEVIATION_GAIN * (abs(took - self._mean) - self._deviation)
        self._mean += MEAN_GAIN * (took - self._mean)
