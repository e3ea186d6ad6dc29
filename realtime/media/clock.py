"""Maps a file's timestamps to the film's, which begins at 0: wraps, leaps, several clocks.

A broadcast begins at any hour, and a file may hold several recordings behind each other, each with
a clock of its own. `PictureClock` turns the pictures' times into those of one film, and writes down
what it added to each clock; `StreamClock` adds the same to the sound, so that both stay together.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

BACK_SECONDS = Fraction(1, 10)
"""Decoding times that go back by more are those of another clock (FFmpeg's own threshold)."""
AHEAD_SECONDS = 10
"""Likewise, ahead; only where the format is one of broadcasts. In others it is a pause."""
WARM_UP_SECONDS = 1
"""Sound may begin this much before 0: decoders need it, it is not heard."""


class PictureClock:
    """Maps stored timestamps of pictures, in presentation order, to the film's time.

    Attributes:
        shifts: What is added to stored times, in seconds; one for each clock of the file.
        has_moved: Whether the last picture's time is not the stored one, which came too early.
    """

    def __init__(
        self,
        time_base: Fraction,
        *,
        rate_fps: float,
        sound_start: Fraction | None = None,
        is_broadcast: bool = False,
    ) -> None:
        """Start a clock.

        Args:
            time_base: Seconds per tick of the stored times.
            rate_fps: For pictures without a time.
            sound_start: When the sound begins, in seconds of the file.
            is_broadcast: Whether times that leap ahead mean another clock.
        """
        self._base, self._is_broadcast, self._sound_start = time_base, is_broadcast, sound_start
        self._frame_ticks = max(1, round(1 / (rate_fps * time_base)))
        self._origin: int | None = None
        self.shifts: list[Fraction] = []
        self.has_moved = False
        self.restart()

    def restart(self) -> None:
        """Continue from anywhere in the film; its beginning stays the same."""
        self._decoded: int | None = None
        self._stored: int | None = None
        self._shown: int | None = None
        self._leaps = 0
        self._shift = -(self._origin or 0)
        del self.shifts[1:]

    @property
    def origin(self) -> int:
        """The stored time at which the film begins, in ticks; 0 until the first picture came."""
        return self._origin or 0

    def see_packet(self, dts: int | None) -> bool:
        """Note a decoding timestamp, in the order of the file; True: a new clock begins."""
        before, self._decoded = self._decoded, dts if dts is not None else self._decoded
        if dts is None or before is None:
            return False
        step = (dts - before) * self._base
        leaps = step < -BACK_SECONDS or (self._is_broadcast and step > AHEAD_SECONDS)
        self._leaps += leaps
        return leaps

    def seconds(self, stored: int | None) -> float:
        """Return the time of the next picture: always later than the one before."""
        tick = self._tick(stored)
        self._shown = tick
        return float(tick * self._base)

    def _tick(self, stored: int | None) -> int:
        follows = 0 if self._shown is None else self._shown + self._frame_ticks
        if stored is None:
            return follows
        if self._origin is None:
            self._begin(stored)
        if self._leaps and self._is_another_clock(stored):
            self._leaps -= 1
            self._shift = follows - stored
            self.shifts.append(self._shift * self._base)
        self._stored = stored
        tick = stored + self._shift
        self.has_moved = self._shown is not None and tick <= self._shown
        return tick if self._shown is None else max(tick, self._shown + 1)

    def _begin(self, stored: int) -> None:
        """Set the film's beginning to the first packet, sound or picture."""
        start = stored
        if self._sound_start is not None:
            start = min(start, self._sound_start // self._base)
        # A broadcast whose clock wraps soon begins before 0 in FFmpeg's eyes: no warm-up.
        if not self._is_broadcast and -WARM_UP_SECONDS < start * self._base < 0:
            start = 0
        self._origin, self._shift = start, -start
        self.shifts = [-start * self._base]

    def _is_another_clock(self, stored: int) -> bool:
        if self._stored is None:
            return False
        step = (stored - self._stored) * self._base
        return step < 0 or (self._is_broadcast and step > AHEAD_SECONDS / 2)


class StreamClock:
    """Maps timestamps of sound and subtitles to the film's time."""

    def __init__(self, shifts: Sequence[Fraction]) -> None:
        """Start with the first clock of the file.

        Args:
            shifts: Those of the pictures (`PictureClock.shifts`).
        """
        self._shifts = list(shifts) or [Fraction(0)]
        self._now = 0

    def shift(self, stored_seconds: Fraction, expected_seconds: Fraction | None) -> Fraction:
        """Return what to add to a stored time.

        Args:
            stored_seconds: The stored time.
            expected_seconds: The film's time of what came before in the file; the clock with which
                this comes closer to it is taken.
        """
        if expected_seconds is not None:
            while self._now + 1 < len(self._shifts):
                here, there = (
                    abs(stored_seconds + shift - expected_seconds)
                    for shift in self._shifts[self._now : self._now + 2]
                )
                if here <= there:
                    break
                self._now += 1
        return self._shifts[self._now]
